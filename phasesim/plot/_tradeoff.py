"""One output of an analysis against another, along an axis of the sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.plot._curve import COLORS
from phasesim.plot._outputs import output_values
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]


def prepare_tradeoff(
    found: Result,
    x: str,
    y: str,
    *,
    along: str,
    by: str,
    select: Mapping[str, Any] | None = None,
) -> dict[str, tuple[Array, Array]]:
    """Two outputs along one axis for each value of another, averaged over all else.

    Args:
        found: as `tradeoff`.
        x: as `tradeoff`.
        y: as `tradeoff`.
        along: as `tradeoff`.
        by: as `tradeoff`.
        select: as `tradeoff`.

    Returns:
        Value of ``by``, as text -> the two outputs, both (values of ``along``,).
    """
    index = found.select(**(select or {}))
    free = [a.path for a, at in zip(found.sweep.axes, index, strict=True) if isinstance(at, slice)]
    places = [next(i for i, path in enumerate(free) if path.rpartition(".")[2] == word)
              for word in (by, along)]  # fmt: skip
    sides = []
    for output in (x, y):
        values = np.moveaxis(output_values(found, output)[index], places, (0, 1))
        sides.append(np.nanmean(values.reshape(*values.shape[:2], -1), axis=2))
    names = next(a.values for a in found.sweep.axes if a.path == free[places[0]])
    return {str(name): (sides[0][i], sides[1][i]) for i, name in enumerate(names)}


def tradeoff(
    found: Result,
    x: str,
    y: str,
    *,
    along: str,
    by: str,
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Means over seeds of two outputs, joined along one axis of the sweep, a line a value of other.

    Args:
        found: an analysis.
        x: output to the right.
        y: output upward.
        along: last word of the axis that a line follows.
        by: last word of the axis that has a line for each of its values.
        select: last word of a further axis -> value held; others are averaged over.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.
    """
    with on_axes(ax) as ax:
        lines = prepare_tradeoff(found, x, y, along=along, by=by, select=select)
        for color, (label, (right, up)) in zip(COLORS, lines.items(), strict=False):
            ax.plot(right, up, "o-", color=color, label=label, markersize=3)
            # where the axis begins
            ax.plot(right[:1], up[:1], "o", color=color, markersize=6, markerfacecolor="white")
        ax.set(xlabel=x.replace("_", " "), ylabel=y.replace("_", " "))
    return ax
