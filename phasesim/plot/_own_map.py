"""Maps of what an analysis returned over two dimensions of its own, such as its options."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from phasesim.plot._grid import cell_edges
from phasesim.plot._outputs import output_values
from phasesim.plot._style import on_axes
from phasesim.result import Result


def own_map(
    found: Result,
    output: str,
    *,
    x: str,
    y: str,
    low: float,
    high: float,
    title: str = "",
    ax: Axes | None = None,
    also: tuple[Axes, ...] = (),
    bar: bool = True,
) -> Axes:
    """Map of an output over two dimensions of its own: mean over models, on logarithmic sides.

    Args:
        found: an analysis.
        output: one of its arrays.
        x: dimension to the right.
        y: dimension upward.
        low: lower end of the colours.
        high: upper end.
        title: above the map; the output's name if empty.
        ax: where to draw; new ones of one column's width if None.
        also: further maps that the colour bar is of.
        bar: draw the colour bar, labelled with the output's meaning.

    Returns:
        The Axes.
    """
    sides = [np.asarray(found.along(dim), float) for dim in (x, y)]
    across = [output_values(found, output, keep=x, at={y: value}) for value in sides[1]]
    values = np.nanmean(np.reshape(across, (len(sides[1]), -1, len(sides[0]))), axis=1)
    order = [np.argsort(side) for side in sides]
    edges = [cell_edges(side[o], log=True) for side, o in zip(sides, order, strict=True)]
    with on_axes(ax) as ax:
        mesh = ax.pcolormesh(*edges, values[order[1]][:, order[0]], cmap="cividis", vmin=low,
                             vmax=high, rasterized=True)  # fmt: skip
        ax.set(xscale="log", yscale="log")
        for axis, dim, side in ((ax.xaxis, x, sides[0]), (ax.yaxis, y, sides[1])):
            axis.set_label_text(dim)
            axis.set_ticks(side, labels=[f"{v:g}" for v in side])
            axis.set_ticks([], minor=True)
        ax.set_title(title or output.replace("_", " "), parse_math=False)
        if bar:
            drawn = ax.figure.colorbar(mesh, ax=[*also, ax], aspect=25)
            drawn.set_label(found.sweep.analysis.outputs[output].meaning, fontsize="small")
    return ax
