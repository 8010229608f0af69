"""What a model makes of each feature, from WᵀW to norms, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics.feature_norm import feature_norm
from phasesim.metrics.superposition import superposition
from phasesim.plot._gram import gram, prepare_gram
from phasesim.plot._palette import phase_colors
from phasesim.plot._style import on_axes

Array = NDArray[np.float64]

#: of the bars, in widths of the heat map: where they begin, and how wide norm 1 is
_BEGIN, _WIDTH = 1.16, 0.5
_LONGEST = 1.3


@dataclass(frozen=True)
class Stack:
    """Of one model, one entry a feature."""

    gram: Array
    """(n, n)."""
    bias: Array | None
    """(n,), None where none was given."""
    norm: Array
    """‖W_i‖, (n,)."""
    superposition: Array
    """Σ_j≠i (Ŵ_i·W_j)², (n,)."""
    colors: Array
    """sRGB (n, 3): blue for a feature alone in its direction, orange for one that shares it."""


def prepare_stack(W: ArrayLike, *, b: ArrayLike | None = None) -> Stack:
    """WᵀW, the bias, and norm and superposition of each feature.

    Args:
        W: as `stack`.
        b: as `stack`.

    Returns:
        `Stack`.

    Raises:
        UsageError: as `stack`.

    Source:
        As `stack`.

    >>> prepare_stack([[1.0, -1.0]]).superposition.tolist()
    [1.0, 1.0]
    """
    G, bias = prepare_gram(W, b=b)
    norm, shared = feature_norm(W), superposition(W)
    # the length of a bar says the norm already, so that its colour is not faded
    return Stack(G, bias, norm, shared, phase_colors(np.ones_like(shared), shared))


def stack(W: ArrayLike, *, b: ArrayLike | None = None, ax: Axes | None = None) -> Axes:
    """WᵀW with the bias beside it and a bar a feature: its norm, coloured by superposition.

    Args:
        W: weights of one model, shape (n_hidden, n_features).
        b: biases, shape (n_features,).
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes of the heat map; bias and bars are insets to its right.

    Raises:
        UsageError: W is not a matrix, or b of another length.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Basic Results".
    """
    shown = prepare_stack(W, b=b)
    n = len(shown.norm)
    with on_axes(ax, height=2.0) as ax:
        gram(W, b=b, ax=ax, colorbar=False)
        ax.set(ylabel="", title="", xticks=[], yticks=[])
        ax.set_xlabel("$W^TW$, $b$", fontsize=6, labelpad=2)
        bars = ax.inset_axes((_BEGIN, 0, _WIDTH * _LONGEST, 1))
        bars.barh(np.arange(n), np.minimum(shown.norm, _LONGEST), height=0.8 if n < 40 else 1.0,
                  color=shown.colors, linewidth=0)  # fmt: skip
        bars.axvline(1.0, color="0.6", linewidth=0.4, zorder=0)
        bars.set(xlim=(0, _LONGEST), ylim=(n - 0.5, -0.5), xticks=[], yticks=[])
        bars.set_xlabel("norm", fontsize=6, labelpad=2)
        bars.spines["bottom"].set_visible(False)
    return ax


def stack_legend() -> list[Patch]:
    """Handles that explain the colours of the bars, for the legend of a figure."""
    colors = phase_colors([1, 1], [0, 1])
    labels = ("alone in its direction (s = 0)", "shares its direction (s ≥ 1)")
    return [Patch(color=c, label=label) for c, label in zip(colors, labels, strict=True)]
