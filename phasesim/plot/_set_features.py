"""Features in the plane, those of one set alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from numpy.typing import ArrayLike, NDArray

from phasesim.geometry import canonical
from phasesim.plot._curve import COLORS
from phasesim.plot._features import prepare_features
from phasesim.plot._sets import Sets, memberships
from phasesim.plot._style import on_axes

Array = NDArray[np.float64]

_MARKERS = "os^Dv*"
#: half the side of the picture
_REACH = 1.3


def prepare_set_features(W: ArrayLike, *, sets: Sets) -> list[Array]:
    """Tips of the arrows of each set, turned so that solutions that are equal coincide.

    Args:
        W: weights of one model, shape (n_hidden, n_features), n_hidden 1 or 2.
        sets: the features of each set; together all of them, each once.

    Returns:
        One array a set, (members, 2).

    Raises:
        UsageError: W of another shape, or the sets are not its features.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
    """
    tips = prepare_features(canonical(W))
    return [tips[row] for row in memberships(sets, len(tips))]


def set_features(W: ArrayLike, *, sets: Sets, ax: Axes | None = None) -> Axes:
    """Each feature's embedding as a line from the origin; colour and marker tell the sets apart.

    The first member of a set has a full marker, the others a ring around where theirs would be, so
    that features on top of each other show.

    Args:
        W: as `prepare_set_features`.
        sets: as `prepare_set_features`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes, of equal scales.

    Raises:
        UsageError: as `prepare_set_features`.

    Source:
        As `prepare_set_features`.
    """
    shown = prepare_set_features(W, sets=sets)
    with on_axes(ax, height=2.8) as ax:
        ax.add_patch(Circle((0, 0), 1, fill=False, color="0.8", linewidth=0.6, zorder=0))
        for k, tips in enumerate(shown):
            look: dict[str, Any] = {"color": COLORS[k % len(COLORS)], "zorder": 2}
            marker = _MARKERS[k % len(_MARKERS)]
            for member, (x, y) in enumerate(tips):
                ax.plot([0, x], [0, y], linewidth=1.0, **look)
                ring = {"s": 34, "facecolor": "none"} if member else {"s": 11}
                ax.scatter([x], [y], marker=marker, linewidth=0.9, **ring, **_edge(look, member),
                           label=None if member else f"set {k + 1}")  # fmt: skip
        ax.set(xlim=(-_REACH, _REACH), ylim=(-_REACH, _REACH), aspect="equal", xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    return ax


def _edge(look: dict[str, Any], member: int) -> dict[str, Any]:
    """A ring takes its colour on the edge alone."""
    if not member:
        return look
    return {"edgecolor": look["color"], "zorder": look["zorder"]}
