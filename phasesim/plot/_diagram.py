"""The phase diagram of a trained sweep."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from phasesim.errors import UsageError
from phasesim.plot._boundaries import boundaries_of, draw_boundaries
from phasesim.plot._grid import Grid
from phasesim.plot._labels import describe_reduction
from phasesim.plot._legend import draw_legend
from phasesim.plot._map import draw_colors, mark_cells
from phasesim.plot._measured import prepare_phase_diagram
from phasesim.plot._style import on_axes
from phasesim.result import Result

# characters that fit below a diagram of one column
_CAPTION_WIDTH = 40


def phase_diagram(
    result: Result,
    *,
    feature: int = -1,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    palette: str = "okabe_ito",
    ax: Axes | None = None,
    theory: bool = True,
    legend: bool = True,
) -> Axes:
    """Norm and superposition of one feature over two axes of a sweep, as colours.

    Grey is a feature that is ignored, blue one with a direction of its own, orange one that
    shares it. Colours are clipped at 1 and mean the same in every figure. Cells without a
    trained model, or whose model was stopped on its way (`Result.undertrained`), are hatched and
    counted below the axes.
    The superposition is blind to the sign of the overlap: see the metric ``phase``.

    Args:
        result: of a sweep with two numeric axes, the first upward, the second to the right.
        feature: which one; negative counts from the last, the one of other importance.
        reduction: best, worst, mean or mean_minus_worst (the paper's) over seeds.
        select: where the sweep has more axes, last word of an axis path -> value held.
        palette: ``okabe_ito``, or ``paper`` for colours close to the original's.
        ax: where to draw; new ones of one column's width if None.
        theory: draw the boundaries of the paper's candidates and of the true optimum, where
            the experiment is one that they are about (for n = 3 they take minutes).
        legend: put the legend to the right.

    Returns:
        The Axes.

    Raises:
        UsageError: not two free axes, an axis of names, no such feature or reduction.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".
    """
    shown = prepare_phase_diagram(
        result, feature=feature, reduction=reduction, select=select, palette=palette
    )
    with on_axes(ax) as ax:
        draw_colors(ax, shown.grid, shown.colors)
        mark_cells(ax, shown.grid, shown.failed, "failed")
        mark_cells(ax, shown.grid, shown.not_run, "not run")
        mark_cells(ax, shown.grid, shown.moving, "undertrained")
        n = shown.grid.experiment.n_features
        note = _overlay(ax, shown.grid, feature % n == n - 1) if theory else ""
        title = f"trained: {describe_reduction(reduction, result.sweep.n_seeds)}"
        if reduction != "mean" and result.sweep.n_seeds > 1:
            title += f" by {result.ranking[0]} loss"
        ax.set_title(title, parse_math=False)
        _caption(ax, [*shown.notes, note])
        if legend:
            draw_legend(ax, palette)
    return ax


def _caption(ax: Axes, notes: list[str]) -> None:
    """Write notes below the axis label, wherever the layout puts that."""
    lines = [line for note in notes for line in textwrap.wrap(note, _CAPTION_WIDTH)]
    if lines:
        ax.annotate(
            "\n".join(lines), (0.5, 0), (0, -3), xycoords=ax.xaxis.label, ha="center", va="top",
            textcoords="offset points", fontsize="small", parse_math=False,
        )  # fmt: skip


def _overlay(ax: Axes, sides: Grid, of_last: bool) -> str:
    """Draw the boundaries; where there are none, say why."""
    if not of_last:
        return "no theory: it is of the last feature"
    try:
        draw_boundaries(ax, boundaries_of(sides), sides)
    except UsageError as error:
        return str(error)
    return ""
