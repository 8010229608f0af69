"""Feature embeddings as arrows."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Circle
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.plot._style import on_axes

Array = NDArray[np.float64]

#: without the yellow end of the map, which is hard to see on white
IMPORTANCE = ListedColormap(matplotlib.colormaps["viridis"](np.linspace(0, 0.85, 256)))


def prepare_features(W: ArrayLike) -> Array:
    """Tips of the arrows: columns of W, or for one hidden dimension (W_i, 0).

    Args:
        W: weights of one model, shape (n_hidden, n_features), n_hidden 1 or 2.

    Returns:
        Shape (n_features, 2).

    Raises:
        UsageError: another shape.

    >>> prepare_features([[1.0, -1.0]]).tolist()
    [[1.0, 0.0], [-1.0, 0.0]]
    """
    W = np.asarray(W, dtype=float)
    if W.ndim != 2 or W.shape[0] not in (1, 2):
        raise UsageError(f"W: found shape {W.shape}, expected (1 or 2, n_features)")
    return np.pad(W, ((0, 2 - len(W)), (0, 0))).T


def features(
    W: ArrayLike,
    *,
    importance: ArrayLike | None = None,
    ax: Axes | None = None,
    colorbar: bool = True,
) -> Axes:
    """Each feature's embedding as an arrow from the origin, with the unit circle.

    Args:
        W: weights of one model, shape (2, n_features), or (1, n_features) for a line.
        importance: colours of the arrows, lighter the more important, shape (n_features,).
        ax: where to draw; new ones of one column's width if None.
        colorbar: explain the colours.

    Returns:
        The Axes, of equal scales.

    Raises:
        UsageError: W of another shape, or an importance of another length.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, introduction.
    """
    tips = prepare_features(W)
    weight = np.ones(len(tips)) if importance is None else np.asarray(importance, dtype=float)
    if weight.shape != (len(tips),):
        raise UsageError(f"importance: found shape {weight.shape}, expected ({len(tips)},)")
    with on_axes(ax, height=2.8) as ax:
        reach = 1.25 * max(1.0, float(np.max(np.abs(tips), initial=0.0, where=tips == tips)))
        if len(np.asarray(W)) == 2:
            ax.add_patch(Circle((0, 0), 1, fill=False, color="0.8", linewidth=0.6, zorder=0))
        start = np.zeros((2, len(tips)))
        look: dict[str, Any] = {
            "angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.012, "zorder": 2,
        }  # fmt: skip
        if importance is None:
            ax.quiver(*start, *tips.T, color="#0072B2", **look)
        else:
            arrows = ax.quiver(*start, *tips.T, weight, cmap=IMPORTANCE, **look)
            if colorbar:
                ax.figure.colorbar(arrows, ax=ax, label="importance", shrink=0.7)
        for i, tip in enumerate(tips):
            length = np.hypot(*tip)
            if length > 0.1:
                x, y = tip * (1 + 0.1 * reach / length)
                ax.text(x, y, str(i), ha="center", va="center", fontsize="small")
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        ax.set(xlabel="hidden dimension 1", ylabel="hidden dimension 2")
        if len(np.asarray(W)) == 1:
            ax.set(ylabel="", yticks=[], ylim=(-0.3 * reach, 0.3 * reach))
            ax.spines["left"].set_visible(False)
    return ax
