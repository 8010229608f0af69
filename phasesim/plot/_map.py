"""Drawing a grid of colours, and marks on cells that are not what they seem."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from phasesim.plot._grid import Grid
from phasesim.plot._labels import axis_label

Array = NDArray[np.float64]

#: what a mark says -> how it looks; also the look of its legend entry
MARKS: dict[str, dict[str, Any]] = {
    "failed": {"facecolor": "white", "edgecolor": "0.15", "hatch": "xxxxxx"},
    "not run": {"facecolor": "white", "edgecolor": "0.55", "hatch": "......"},
    "undertrained": {"facecolor": "none", "edgecolor": "white", "hatch": "//////"},
}


def draw_colors(ax: Axes, sides: Grid, colors: Array) -> None:
    """One rectangle a cell, rasterised; scales, limits and labels from the two axes."""
    ax.pcolormesh(sides.x.edges, sides.y.edges, colors, rasterized=True)
    frame(ax, sides)


def frame(ax: Axes, sides: Grid) -> None:
    """Scales, limits and labels from the two axes of a map."""
    for side, axis, scale in (
        (sides.x, ax.xaxis, ax.set_xscale),
        (sides.y, ax.yaxis, ax.set_yscale),
    ):
        scale("log" if side.log else "linear")
        if side.log:
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter("")
        axis.set_label_text(axis_label(side.path), parse_math=False)
    ax.set(xlim=sides.x.edges[[0, -1]], ylim=sides.y.edges[[0, -1]])
    # the map fills its frame to the edge
    ax.spines[:].set_visible(True)


def mark_cells(ax: Axes, sides: Grid, mask: NDArray[np.bool_], mark: str) -> None:
    """Hatch the cells of a mask, labelled for the legend."""
    if not mask.any():
        return
    x, y = sides.x.edges, sides.y.edges
    corners = [
        [(x[j], y[i]), (x[j + 1], y[i]), (x[j + 1], y[i + 1]), (x[j], y[i + 1])]
        for i, j in np.argwhere(mask)
    ]
    ax.add_collection(PolyCollection(corners, linewidth=0, label=mark, **MARKS[mark]))
