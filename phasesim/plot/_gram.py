"""What a model makes of each feature: WᵀW and the bias."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.metrics.signed_gram import signed_gram
from phasesim.plot._style import on_axes

Array = NDArray[np.float64]

_LOOK: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -1.0, "vmax": 1.0, "interpolation": "nearest"}


def prepare_gram(W: ArrayLike, *, b: ArrayLike | None = None) -> tuple[Array, Array | None]:
    """WᵀW and the bias in float64.

    Args:
        W: weights of one model, shape (n_hidden, n_features).
        b: biases, shape (n_features,).

    Returns:
        (n_features, n_features), and (n_features,) or None.

    Raises:
        UsageError: W is not a matrix, or b of another length.
    """
    if np.ndim(W) != 2:
        raise UsageError(f"W: found shape {np.shape(W)}, expected (n_hidden, n_features)")
    G = signed_gram(W)
    if b is None:
        return G, None
    bias = np.asarray(b, dtype=float)
    if bias.shape != G.shape[:1]:
        raise UsageError(f"b: found shape {bias.shape}, expected {G.shape[:1]}")
    return G, bias


def gram(
    W: ArrayLike, *, b: ArrayLike | None = None, ax: Axes | None = None, colorbar: bool = True
) -> Axes:
    """Heat map of WᵀW, from -1 (blue) to 1 (red), with the bias as a strip beside it.

    Args:
        W: weights of one model, shape (n_hidden, n_features).
        b: biases, shape (n_features,).
        ax: where to draw; new ones of one column's width if None.
        colorbar: explain the colours.

    Returns:
        The Axes of the heat map.

    Raises:
        UsageError: W is not a matrix, or b of another length.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Basic Results".
    """
    G, bias = prepare_gram(W, b=b)
    with on_axes(ax, height=2.6) as ax:
        image = ax.imshow(G, **_LOOK)
        ax.set(xlabel="feature j", ylabel="feature i", title="$W^T W$")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(5, integer=True))
        ax.spines[:].set_visible(True)
        if bias is not None:
            strip = ax.inset_axes((1.04, 0, max(0.05, 1 / len(bias)) * 0.6, 1))
            strip.imshow(bias[:, None], aspect="auto", **_LOOK)
            strip.set(xticks=[], yticks=[], title="$b$" if colorbar else "")
            strip.spines[:].set_visible(True)
        if colorbar:
            ax.figure.colorbar(image, ax=ax, shrink=0.8, ticks=[-1, 0, 1])
    return ax
