"""Numbers of models against one axis of a sweep, a line for each value of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.plot._curve import COLORS, DENSITY, along_density
from phasesim.plot._labels import axis_label, axis_symbol
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AxisLines:
    """Mean over seeds along one axis."""

    x: Array
    """Values of the axis, ascending."""
    mean: dict[str, Array]
    """Label of a line -> mean over seeds, (values,)."""
    error: dict[str, Array]
    """Standard error of each mean; 0 for one seed."""


def prepare_axis_lines(
    result: Result,
    values: ArrayLike,
    along: str,
    *,
    select: Mapping[str, Any] | None = None,
) -> AxisLines:
    """Mean over seeds with its standard error, along one axis, for each value of the other.

    Args:
        result: as `axis_lines`.
        values: as `axis_lines`; those that are not finite are left out.
        along: as `axis_lines`.
        select: as `axis_lines`.

    Returns:
        `AxisLines`.

    Raises:
        UsageError: as `axis_lines`.
    """
    index = result.select(**(select or {}))
    free = [a for a, at in zip(result.sweep.axes, index, strict=True) if isinstance(at, slice)]
    paths = [a.path for a in free]
    if along not in paths or len(free) > 2:
        raise UsageError(f"along: found '{along}', expected one of at most two free axes: {paths}")
    place = paths.index(along)
    others = [a for a in free if a.path != along]
    order = np.argsort(free[place].array())
    lines = np.moveaxis(np.asarray(values, dtype=float)[index], place, -2)[..., order, :]
    lines = lines.reshape(-1, *lines.shape[-2:])
    labels = [_label(a.path, v) for a in others for v in a.values] or [""]
    known = np.isfinite(lines)
    count = np.maximum(known.sum(axis=-1), 1)
    mean = np.where(known.any(axis=-1), np.where(known, lines, 0).sum(axis=-1) / count, np.nan)
    spread = np.where(known, lines - mean[..., None], 0) ** 2
    error = np.sqrt(spread.sum(axis=-1) / np.maximum(count - 1, 1) / count)
    return AxisLines(free[place].array()[order].astype(float), dict(zip(labels, mean, strict=True)),
                     dict(zip(labels, error, strict=True)))  # fmt: skip


def axis_lines(
    result: Result,
    values: ArrayLike,
    along: str,
    *,
    label: str = "",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    legend: bool = True,
) -> Axes:
    """Mean over seeds with its standard error, along one axis, a line a value of the other.

    Args:
        result: a sweep, or an analysis of one.
        values: a number of each model, (*axes, seed).
        along: dotted path of the axis to the right; the density runs from dense to sparse.
        label: of the numbers.
        select: where the sweep has more axes, last word of an axis path -> value held.
        ax: where to draw; new ones of one column's width if None.
        legend: name the lines.

    Returns:
        The Axes.

    Raises:
        UsageError: no such axis, or more than two are free.
    """
    shown = prepare_axis_lines(result, values, along, select=select)
    x = 1 / shown.x if along == DENSITY else _spread(shown.x)
    with on_axes(ax) as ax:
        for k, (name, mean) in enumerate(shown.mean.items()):
            ax.errorbar(x, mean, shown.error[name], fmt="o-", markersize=2.5, linewidth=1,
                        color=COLORS[k % len(COLORS)], label=name or None)  # fmt: skip
        if along == DENSITY:
            along_density(ax, shown.x)
        else:
            ax.set_xscale("log")
            ax.set_xticks(x, [f"{v:g}" for v in shown.x], fontsize=6)
            ax.set_xticks([], minor=True)
            ax.set_xlabel(axis_label(along), parse_math=False)
        ax.set_ylabel(label, parse_math=False)
        if legend and len(shown.mean) > 1:
            ax.legend()
    return ax


def _spread(x: Array) -> Array:
    """Places on a logarithmic axis, a 0 half a decade before the smallest value."""
    least = np.min(x[x > 0], initial=np.inf)
    return np.where(x > 0, x, (least if np.isfinite(least) else 1) / 10**0.5)


def _label(path: str, value: Any) -> str:
    if isinstance(value, int | float):
        return f"{axis_symbol(path)} = {value:g}"
    return type(value).__name__ if hasattr(value, "kind") else str(value)
