"""The phase diagram that theory predicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from phasesim.plot._boundaries import boundaries_of, draw_boundaries
from phasesim.plot._legend import draw_legend
from phasesim.plot._map import draw_colors
from phasesim.plot._style import on_axes
from phasesim.plot._theory import prepare_theory_diagram
from phasesim.result import Result

_TITLES = {"optimum": "theory: true optimum", "candidates": "theory: paper's candidates"}


def theory_diagram(
    result: Result,
    *,
    kind: str = "optimum",
    select: Mapping[str, Any] | None = None,
    palette: str = "okabe_ito",
    ax: Axes | None = None,
    boundaries: bool = True,
    legend: bool = True,
    also: tuple[Axes, ...] = (),
) -> Axes:
    """What `phase_diagram` would show of the last feature if training always found the optimum.

    Args:
        result: its density × ratio grid is used, its trained weights are not.
        kind: ``optimum``, the global minimum of the exact loss over weights and biases; or
            ``candidates``, the cheapest of the paper's structures of unit weights.
        select: as in `phase_diagram`.
        palette: as in `phase_diagram`.
        ax: where to draw; new ones of one column's width if None.
        boundaries: draw the boundaries of both kinds.
        legend: put the legend to the right.
        also: further diagrams whose lines and marks the legend explains too.

    Returns:
        The Axes.

    Raises:
        UsageError: the theory does not cover the experiment; the text says why.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", for
        the candidates; the true optimum is our own.
    """
    shown = prepare_theory_diagram(result, kind=kind, select=select, palette=palette)
    with on_axes(ax) as ax:
        draw_colors(ax, shown.grid, shown.colors)
        if boundaries:
            draw_boundaries(ax, boundaries_of(shown.grid), shown.grid)
        ax.set_title(_TITLES[kind])
        if legend:
            draw_legend(ax, palette, also)
    return ax
