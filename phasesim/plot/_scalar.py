"""Maps of one number a cell, with a colour bar."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib.colors
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.plot._grid import Grid
from phasesim.plot._map import frame

Array = NDArray[np.float64]

#: perceptually uniform, told apart with every common colour blindness
_CMAP = "cividis"


@dataclass(frozen=True)
class ScalarMap:
    """One number a cell."""

    grid: Grid
    """The two axes."""
    values: Array
    """Shape (y, x), both ascending; NaN without a trained model."""


def draw_scalar(
    ax: Axes,
    shown: ScalarMap,
    *,
    label: str,
    low: float,
    high: float,
    log: bool = False,
    cmap: str = _CMAP,
    also: tuple[Axes, ...] = (),
    bar: bool = True,
) -> None:
    """One rectangle a cell; values beyond the ends of the scale have the colours of the ends.

    Args:
        ax: where to draw.
        shown: what.
        label: of the colour bar.
        low: lower end of the scale.
        high: upper end.
        log: a logarithmic scale.
        cmap: matplotlib's name of the colours; those of a sign are for a scale around 0.
        also: further diagrams that the bar is of.
        bar: draw the colour bar.
    """
    scale = matplotlib.colors.LogNorm if log else matplotlib.colors.Normalize
    values = np.clip(shown.values, low, high)
    mesh = ax.pcolormesh(shown.grid.x.edges, shown.grid.y.edges, values, rasterized=True,
                         cmap=cmap, norm=scale(low, high))  # fmt: skip
    frame(ax, shown.grid)
    if bar:
        ends = (np.nanmin(shown.values, initial=low) < low, np.nanmax(shown.values, initial=high))
        extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}
        drawn = ax.figure.colorbar(
            mesh, ax=[*also, ax], extend=extend[int(ends[0]), int(ends[1] > high)], aspect=25
        )
        drawn.set_label(label, fontsize="small")
        drawn.ax.tick_params(labelsize="small", length=2, pad=2)
        drawn.outline.set_linewidth(0.5)
