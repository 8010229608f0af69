"""Whether the seeds of a cell end in the same phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from phasesim.plot._boundaries import boundaries_of, draw_line, spinodal_line
from phasesim.plot._grid import grid
from phasesim.plot._scalar import ScalarMap, draw_scalar
from phasesim.plot._style import on_axes
from phasesim.result import Result


def prepare_disagreement(
    result: Result, *, feature: int = -1, select: Mapping[str, Any] | None = None
) -> ScalarMap:
    """Share of the trained seeds of a cell in another phase than its best seed.

    Args:
        result: of a sweep with two free axes.
        feature: whose phase; negative counts from the last.
        select: values of further axes, as in `phase_diagram`.

    Returns:
        `ScalarMap`.

    Raises:
        UsageError: not two free axes.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", on
        why the worst of ten models is left out.
    """
    sides = grid(result, select)
    alike = result.metric("phase", "best_fraction")[..., feature]
    return ScalarMap(sides, 1 - sides.take(alike))


def disagreement(
    result: Result,
    *,
    feature: int = -1,
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    theory: bool = False,
    also: tuple[Axes, ...] = (),
    bar: bool = True,
) -> Axes:
    """Map of `prepare_disagreement` from 0 to 1.

    Args:
        result: as `prepare_disagreement`.
        feature: as `prepare_disagreement`.
        select: as `prepare_disagreement`.
        ax: where to draw; new ones of one column's width if None.
        theory: for n = 2, m = 1, draw the true boundary, and the spinodal below which ignoring
            the lesser feature is no minimum.
        also: further diagrams that the colour bar is of.
        bar: draw the colour bar.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_disagreement`.

    Source:
        As `prepare_disagreement`.
    """
    shown = prepare_disagreement(result, feature=feature, select=select)
    with on_axes(ax) as ax:
        draw_scalar(ax, shown, label="share of seeds not in the best one's phase", low=0.0,
                    high=1.0, also=also, bar=bar)  # fmt: skip
        if theory:
            draw_line(ax, boundaries_of(shown.grid).true, shown.grid, "true")
            draw_line(ax, spinodal_line(shown.grid), shown.grid, "spinodal")
        ax.set_title(f"{result.sweep.n_seeds} seeds a cell")
    return ax
