"""What each neuron of a model stands for."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.plot._features import _IMPORTANCE
from phasesim.plot._style import on_axes

Array = NDArray[np.float64]


def prepare_neuron_stack(W: ArrayLike) -> tuple[Array, Array]:
    """Lower ends and heights of the bars of `neuron_stack`, both (n_hidden, n_features).

    Raises:
        UsageError: W is not a matrix.

    >>> prepare_neuron_stack([[1.0, -0.5, 0.25]])[0].tolist()
    [[0.0, 0.0, 1.0]]
    """
    W = np.asarray(W, dtype=float)
    if W.ndim != 2:
        raise UsageError(f"W: found shape {W.shape}, expected (n_hidden, n_features)")
    above, below = np.maximum(W, 0), np.minimum(W, 0)
    base = np.where(W >= 0, np.cumsum(above, axis=1) - above, np.cumsum(below, axis=1) - below)
    return base, W


def neuron_stack(W: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """A bar a neuron, stacked of its weights: negative ones below the axis.

    Args:
        W: weights into the neurons of one model, shape (n_hidden, n_features).
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes; features are coloured from the first (dark) to the last (light).

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis".
    """
    base, height = prepare_neuron_stack(W)
    m, n = height.shape
    with on_axes(ax) as ax:
        for i in range(n):
            ax.bar(np.arange(m), height[:, i], bottom=base[:, i], width=0.8, linewidth=0.2,
                   edgecolor="white", color=_IMPORTANCE(i / max(n - 1, 1)))  # fmt: skip
        ax.axhline(0, color="0.2", linewidth=0.6)
        ax.set(xticks=[], xlabel="neuron", ylabel="weights")
    return ax
