"""Outlines of regions of a diagram, along the edges of its cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.patheffects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.plot._boundaries import draw_line, paper_line
from phasesim.plot._grid import Grid, grid
from phasesim.plot._style import on_axes
from phasesim.plot._theory import check_covered, optimum_on
from phasesim.result import Result

Array = NDArray[np.float64]

#: W_i·W_j below minus this: the features share a polygon
_OVERLAP = 0.05
# what is outlined -> how; dashes would begin anew at each cell
_LOOKS: dict[str, dict[str, Any]] = {
    "optimum": {"label": "true optimum", "color": "black", "halo": "white"},
    "polygon": {"label": "all features share\none polygon (optimum)", "color": "#F0E442",
                "halo": "black"},
}  # fmt: skip


def prepare_outline(
    result: Result, kind: str = "optimum", *, select: Mapping[str, Any] | None = None
) -> Array:
    """Edges between neighbouring cells that theory puts into different states.

    Args:
        result: its density × ratio grid is used, its trained weights are not.
        kind: ``optimum``, the phase of the last feature; or ``polygon``, whether in the optimum
            every two features overlap, W_i·W_j < -0.05.
        select: values of further axes, as in `phase_diagram`.

    Returns:
        Ends (x, y) of each edge, shape (edges, 2, 2).

    Raises:
        UsageError: another kind, or the theory does not cover the experiment.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change",
        which leaves out the triangle; the optimum is our own.
    """
    return _edges(grid(result, select), kind)


def outline(
    result: Result,
    kind: str = "optimum",
    *,
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw `prepare_outline` over a diagram of the same result, labelled for its legend.

    Args:
        result: as `prepare_outline`.
        kind: as `prepare_outline`.
        select: as `prepare_outline`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_outline`.

    Source:
        As `prepare_outline`.
    """
    edges = prepare_outline(result, kind, select=select)
    look = dict(_LOOKS[kind])
    halo = [matplotlib.patheffects.withStroke(linewidth=2.0, foreground=look.pop("halo"))]
    with on_axes(ax) as ax:
        lines = LineCollection(list(edges), linewidth=1.0, path_effects=halo, **look)
        ax.add_collection(lines, autolim=False)
    return ax


def paper_boundary(
    result: Result, *, select: Mapping[str, Any] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the paper's boundary alone over a diagram, without the true one, which takes time.

    Args:
        result: as `prepare_outline`.
        select: as `prepare_outline`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: the theory does not cover the experiment.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".
    """
    sides = grid(result, select)
    line = paper_line(sides)
    with on_axes(ax) as ax:
        draw_line(ax, line, sides, "paper")
    return ax


def _edges(sides: Grid, kind: str) -> Array:
    if kind not in _LOOKS:
        raise UsageError(f"kind: found '{kind}', expected one of {', '.join(_LOOKS)}")
    check_covered(sides)
    state = _STATES[kind](sides)
    x, y = sides.x.edges, sides.y.edges
    beside = [((x[j + 1], y[i]), (x[j + 1], y[i + 1]))
              for i, j in np.argwhere(state[:, 1:] != state[:, :-1])]  # fmt: skip
    above = [((x[j], y[i + 1]), (x[j + 1], y[i + 1]))
             for i, j in np.argwhere(state[1:] != state[:-1])]  # fmt: skip
    return np.array([*beside, *above], dtype=float).reshape(-1, 2, 2)


def _in_polygon(sides: Grid) -> NDArray[np.bool_]:
    W = optimum_on(sides).W
    G = np.swapaxes(W, -1, -2) @ W
    return np.all(G[..., ~np.eye(G.shape[-1], dtype=bool)] < -_OVERLAP, axis=-1)


_STATES = {"optimum": lambda sides: optimum_on(sides).phase[..., -1], "polygon": _in_polygon}
