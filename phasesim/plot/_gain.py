"""What superposition saves over the best model without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from phasesim.errors import UsageError
from phasesim.plot._grid import grid
from phasesim.plot._labels import describe_reduction
from phasesim.plot._scalar import ScalarMap, draw_scalar
from phasesim.plot._style import on_axes
from phasesim.plot._theory import check_covered, optimum_on
from phasesim.result import Result


def prepare_gain(
    result: Result,
    *,
    reduction: str = "best",
    kind: str = "trained",
    select: Mapping[str, Any] | None = None,
) -> ScalarMap:
    """What superposition saves of the loss of the best model without it, over the null loss.

    (L_orth - L)/L_0: the metric ``gain``, or the same of the true optimum.

    Args:
        result: of a sweep with two free axes whose exact loss is known.
        reduction: best, worst, mean or mean_minus_worst over seeds.
        kind: ``trained``, or ``optimum`` for the true optimum's gain.
        select: values of further axes, as in `phase_diagram`.

    Returns:
        `ScalarMap`.

    Raises:
        UsageError: another kind, or an experiment that the theory does not cover.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Demonstrating Superposition".
    """
    if kind not in ("trained", "optimum"):
        raise UsageError(f"kind: found '{kind}', expected trained or optimum")
    sides = grid(result, select)
    if kind == "trained":
        return ScalarMap(sides, sides.take(result.metric("gain", reduction)))
    check_covered(sides)
    saved = sides.take(result.orthogonal_loss) - optimum_on(sides).loss
    return ScalarMap(sides, saved / sides.take(result.null_loss))


def gain(
    result: Result,
    *,
    reduction: str = "best",
    kind: str = "trained",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    also: tuple[Axes, ...] = (),
    bar: bool = True,
) -> Axes:
    """Map of `prepare_gain` from 0 to 1 - m/n, more than which no model can gain.

    Args:
        result: as `prepare_gain`.
        reduction: as `prepare_gain`.
        kind: as `prepare_gain`.
        select: as `prepare_gain`.
        ax: where to draw; new ones of one column's width if None.
        also: further diagrams that the colour bar is of.
        bar: draw the colour bar.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_gain`.

    Source:
        As `prepare_gain`.
    """
    shown = prepare_gain(result, reduction=reduction, kind=kind, select=select)
    with on_axes(ax) as ax:
        e = shown.grid.experiment
        draw_scalar(ax, shown, label="gain by superposition / null loss", low=0.0,
                    high=1 - e.n_hidden / e.n_features, also=also, bar=bar)  # fmt: skip
        trained = f"trained: {describe_reduction(reduction, result.sweep.n_seeds)}"
        ax.set_title(trained if kind == "trained" else "theory: true optimum")
    return ax
