"""Phase diagrams side by side, a row for each value of one axis, a column for each of another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phasesim.plot._labels import axis_label, axis_symbol
from phasesim.plot._legend import draw_legend
from phasesim.plot._map import draw_colors, mark_cells
from phasesim.plot._measured import PhaseDiagram, prepare_phase_diagram
from phasesim.result import Result
from phasesim.store import axis_names

#: Axes in rows and columns
Panels = NDArray[np.object_]


def prepare_phase_table(
    result: Result, rows: str, columns: str, *, reduction: str = "best"
) -> dict[tuple[str, str], PhaseDiagram]:
    """One phase diagram for each combination of values of two axes.

    Args:
        result: as `phase_table`.
        rows: as `phase_table`.
        columns: as `phase_table`.
        reduction: as `phase_table`.

    Returns:
        (value of ``rows``, value of ``columns``) -> `PhaseDiagram`, row by row.

    Raises:
        UsageError: as `phase_table`.

    Source:
        As `phase_table`.
    """
    paths = [axis.path for axis in result.sweep.axes]
    names = dict(zip(paths, axis_names(paths), strict=True))
    return {
        (row, column): prepare_phase_diagram(
            result, reduction=reduction, select={names[rows]: row, names[columns]: column})
        for row in result.coords[rows].tolist() for column in result.coords[columns].tolist()
    }  # fmt: skip


def phase_table(
    result: Result, rows: str, columns: str, panels: Panels, *, reduction: str = "best"
) -> Panels:
    """Norm and superposition of the last feature as colours, one diagram for each combination.

    Args:
        result: of a sweep with two numeric axes and these two.
        rows: dotted path of the axis downward.
        columns: dotted path of the axis to the right.
        panels: Axes, (values of ``rows``, values of ``columns``).
        reduction: best, worst, mean or mean_minus_worst over seeds.

    Returns:
        The panels.

    Raises:
        UsageError: not two axes are left.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".
    """
    shown = prepare_phase_table(result, rows, columns, reduction=reduction)
    for ((row, column), one), ax in zip(shown.items(), np.ravel(panels), strict=True):
        draw_colors(ax, one.grid, one.colors)
        mark_cells(ax, one.grid, one.failed, "failed")
        mark_cells(ax, one.grid, one.not_run, "not run")
        mark_cells(ax, one.grid, one.moving, "undertrained")
        ax.set_title(f"{axis_symbol(columns)} {column}\n{axis_symbol(rows)} {row}", fontsize=7)
        ax.set(xlabel="", ylabel="")
        ax.label_outer()
    figure, grid = panels[0, 0].figure, next(iter(shown.values())).grid
    figure.supxlabel(axis_label(grid.x.path), fontsize=8, parse_math=False)
    figure.supylabel(axis_label(grid.y.path), fontsize=8, parse_math=False)
    draw_legend(panels[0, -1], "okabe_ito", also=tuple(np.ravel(panels)))
    marks = panels[0, -1].get_legend()
    if marks is not None:
        # it hangs beside the second row, which is not to make room for it
        marks.set_in_layout(False)
    return panels
