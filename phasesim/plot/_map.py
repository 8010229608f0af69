"""Drawing a grid of colours, and marks on cells that are not what they seem."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
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
    i, j = np.nonzero(mask)
    # one path for all: a hatch is dear, and a large map has thousands of such cells
    corners = [[x[j], y[i]], [x[j + 1], y[i]], [x[j + 1], y[i + 1]], [x[j], y[i + 1]]]
    vertices = np.moveaxis(np.array([*corners, corners[0]]), 2, 0).reshape(-1, 2)
    square = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY]
    path = Path(vertices, np.tile(square, len(i)))
    ax.add_patch(PathPatch(path, linewidth=0, label=mark, **MARKS[mark]))
