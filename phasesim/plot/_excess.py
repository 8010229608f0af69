"""How far the trained models of each cell are from the true optimum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from phasesim.plot._grid import grid
from phasesim.plot._labels import describe_reduction
from phasesim.plot._scalar import ScalarMap, draw_scalar
from phasesim.plot._style import on_axes
from phasesim.plot._theory import candidate_loss_on, check_covered
from phasesim.result import Result


def prepare_excess(
    result: Result, *, reduction: str = "best", select: Mapping[str, Any] | None = None
) -> ScalarMap:
    """The metric ``excess`` of each cell: exact loss above the lowest known, over the null loss.

    The lowest known is the true optimum where finding it takes seconds, else the best seed.

    Args:
        result: of a sweep with two free axes whose exact loss is known.
        reduction: best, worst, mean or mean_minus_worst over seeds.
        select: values of further axes, as in `phase_diagram`.

    Returns:
        `ScalarMap`.

    Raises:
        UsageError: not two free axes, or the exact loss is not known.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, for the loss; the optimum is our own.
    """
    sides = grid(result, select)
    return ScalarMap(sides, sides.take(result.metric("excess", reduction)))


def prepare_loss_ratio(
    result: Result, *, reduction: str = "best", select: Mapping[str, Any] | None = None
) -> ScalarMap:
    """Exact loss of the trained models over that of the cheapest of the paper's candidates.

    Below 1 where free weights and biases do better than any structure of unit weights.

    Args:
        result: of a density × ratio sweep that the theory covers.
        reduction: as `prepare_excess`.
        select: as `prepare_excess`.

    Returns:
        `ScalarMap`.

    Raises:
        UsageError: the theory does not cover the experiment.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".
    """
    sides = grid(result, select)
    check_covered(sides)
    loss = sides.take(result.metric("exact_loss", reduction))
    return ScalarMap(sides, loss / candidate_loss_on(sides))


def excess(
    result: Result,
    *,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    also: tuple[Axes, ...] = (),
    bar: bool = True,
) -> Axes:
    """Map of `prepare_excess` on a logarithmic scale from 10⁻⁶ to 1.

    Args:
        result: as `prepare_excess`.
        reduction: as `prepare_excess`.
        select: as `prepare_excess`.
        ax: where to draw; new ones of one column's width if None.
        also: further diagrams that the colour bar is of.
        bar: draw the colour bar.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_excess`.

    Source:
        As `prepare_excess`.
    """
    shown = prepare_excess(result, reduction=reduction, select=select)
    with on_axes(ax) as ax:
        draw_scalar(ax, shown, label="excess loss / null loss", low=1e-6, high=1.0, log=True,
                    also=also, bar=bar)  # fmt: skip
        ax.set_title(describe_reduction(reduction, result.sweep.n_seeds))
    return ax
