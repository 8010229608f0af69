"""Maps of any metric that is one number a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from phasesim import registry
from phasesim.plot._grid import grid
from phasesim.plot._scalar import ScalarMap, draw_scalar
from phasesim.plot._style import on_axes
from phasesim.result import Result


def metric_map(
    result: Result,
    metric: str,
    *,
    low: float,
    high: float,
    title: str = "",
    reduction: str = "mean",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    also: tuple[Axes, ...] = (),
    bar: bool = True,
) -> Axes:
    """Map of a metric of whole models over two axes of the sweep.

    Args:
        result: of a sweep with two free axes.
        metric: one without dimensions of its own, such as ``features_per_dimension``.
        low: lower end of the colours.
        high: upper end.
        title: above the map; the metric's name if empty.
        reduction: best, worst, mean or mean_minus_worst over seeds.
        select: where the sweep has more axes, last word of an axis path -> value held.
        ax: where to draw; new ones of one column's width if None.
        also: further maps that the colour bar is of.
        bar: draw the colour bar, labelled as the metric says.

    Returns:
        The Axes.

    Raises:
        UsageError: not two free axes, or no such metric.
    """
    sides = grid(result, select)
    shown = ScalarMap(sides, sides.take(result.metric(metric, reduction)))
    with on_axes(ax) as ax:
        label = registry.get("metric", metric).spec.label
        draw_scalar(ax, shown, label=label, low=low, high=high, also=also, bar=bar)
        ax.set_title(title or metric.replace("_", " "), parse_math=False)
    return ax
