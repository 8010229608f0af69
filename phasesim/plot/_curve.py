"""A number of each model against how sparse its inputs are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator
from numpy.typing import NDArray

from phasesim import registry
from phasesim.errors import UsageError
from phasesim.plot._labels import axis_symbol
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]

DENSITY = "distribution.density"
#: of the lines of one diagram, in order; told apart by lightness too
COLORS = ("#0072B2", "#E69F00", "#009E73", "#000000", "#CC79A7", "#56B4E9")


@dataclass(frozen=True)
class Curves:
    """A number of each model along the density axis."""

    density: Array
    """Falling, shape (levels,)."""
    values: dict[str, NDArray]
    """Label of a line, empty where there is one only -> shape (levels, …)."""

    @property
    def x(self) -> Array:
        """1/(1 - S)."""
        return 1 / self.density


def prepare_curve(
    result: Result,
    metric: str,
    *,
    reduction: str | None = "best",
    select: Mapping[str, Any] | None = None,
) -> Curves:
    """A metric against the density, one line for each value of a further axis.

    Args:
        result: of a sweep over the density and at most one more axis.
        metric: as of `Result.metric`.
        reduction: best, worst, mean or mean_minus_worst over seeds; None keeps them.
        select: where the sweep has more axes, last word of an axis path -> value held.

    Returns:
        `Curves`.

    Raises:
        UsageError: no density axis, or more than one other axis is left.
    """
    index = result.select(**(select or {}))
    free = [a for a, at in zip(result.sweep.axes, index, strict=True) if isinstance(at, slice)]
    others = [a for a in free if a.path != DENSITY]
    if len(others) == len(free) or len(others) > 1:
        paths = ", ".join(a.path for a in free) or "none"
        raise UsageError(f"a curve is along {DENSITY} and at most one more axis, found {paths}")
    values = np.asarray(result.metric(metric, reduction))[index]
    place = [a.path for a in free].index(DENSITY)
    order = np.argsort(-free[place].array())
    values = np.moveaxis(values, place, 0)[order]
    density = free[place].array()[order]
    if not others:
        return Curves(density, {"": values})
    symbol = axis_symbol(others[0].path)
    return Curves(
        density, {f"{symbol} = {v}": values[:, i] for i, v in enumerate(others[0].values)}
    )


def curve(
    result: Result,
    metric: str,
    *,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A metric of one number a model against 1/(1 - S), on a logarithmic scale.

    Args:
        result: as `prepare_curve`.
        metric: as `prepare_curve`.
        reduction: as `prepare_curve`.
        select: as `prepare_curve`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_curve`.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition".
    """
    shown = prepare_curve(result, metric, reduction=reduction, select=select)
    with on_axes(ax) as ax:
        for color, (label, values) in zip(COLORS, shown.values.items(), strict=False):
            ax.plot(shown.x, values, "o-", color=color, markersize=2.5, label=label or None)
        along_density(ax, shown.density)
        known = metric in registry.names("metric")
        ax.set_ylabel(registry.get("metric", metric).spec.label if known else metric,
                      parse_math=False)  # fmt: skip
        if len(shown.values) > 1:
            ax.legend()
    return ax


def along_density(ax: Axes, density: Array, margin: float = 0.07) -> None:
    """Give the x axis the scale 1/(1 - S), from dense to sparse; the margin is of log x."""
    ax.set(xscale="log", xlabel="1 / (1 − S)")
    ax.set_xlim(np.exp(-margin) / np.max(density), np.exp(margin) / np.min(density))
    log_ticks(ax.xaxis)


def log_ticks(axis: Axis) -> None:
    """Label 1, 2 and 5 of each decade, as plain numbers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter("")
