"""Kinds of solution that compete in one sweep, told apart by how many features they represent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.metrics._phases import REPRESENTED_NORM
from phasesim.plot._curve import COLORS, log_ticks
from phasesim.plot._labels import axis_label
from phasesim.plot._style import on_axes
from phasesim.result import Result

if TYPE_CHECKING:
    from matplotlib.typing import LegendLocType

Array = NDArray[np.float64]

_MARKERS = "osv^D"


@dataclass(frozen=True)
class Branches:
    """Least loss of each kind of solution along one axis."""

    path: str
    """Dotted path of the axis."""
    x: Array
    """Axis values, ascending."""
    loss: dict[int, Array]
    """Represented features -> least loss over the null loss among the seeds that ended there,
    NaN where none did."""

    def lowest(self) -> NDArray[np.int64]:
        """Represented features of the best solution at each x."""
        kinds = np.array(list(self.loss))
        losses = np.stack(list(self.loss.values()))
        return kinds[np.argmin(np.where(np.isnan(losses), np.inf, losses), axis=0)]

    def crossings(self, one: int, other: int) -> list[float]:
        """Where two kinds have equal losses, between values of x at which both were found."""
        if not {one, other} <= set(self.loss):
            return []
        ahead = self.loss[one] - self.loss[other]
        x, ahead = (v[np.isfinite(ahead)] for v in (self.x, ahead))
        at = np.flatnonzero(np.sign(ahead[1:]) != np.sign(ahead[:-1]))
        share = ahead[at] / (ahead[at] - ahead[at + 1])
        return (x[at] + share * (x[at + 1] - x[at])).tolist()


def prepare_branches(result: Result, *, select: Mapping[str, Any] | None = None) -> Branches:
    """Least loss of each kind of solution among all seeds, along the one axis left free.

    Args:
        result: of a sweep trained on the exact loss, or with a large evaluation sample.
        select: last word of an axis path -> value held.

    Returns:
        `Branches`; a kind is the number of features with norm of at least 1/2.

    Raises:
        UsageError: not exactly one free axis of numbers.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Non-Uniform Superposition".
    """
    index = result.select(**(select or {}))
    free = [a for a, at in zip(result.sweep.axes, index, strict=True) if isinstance(at, slice)]
    if len(free) != 1 or isinstance(free[0].values[0], str):
        paths = ", ".join(a.path for a in free) or "none"
        raise UsageError(f"branches are along one axis of numbers, found {paths}")
    x = free[0].array().astype(float)
    order = np.argsort(x)
    count = np.count_nonzero(result.metric("feature_norm")[index] >= REPRESENTED_NORM, axis=-1)
    loss = result.metric("normalized_loss")[index]
    least = {
        int(k): np.min(np.where(count == k, loss, np.inf), axis=-1)[order] for k in np.unique(count)
    }
    return Branches(free[0].path, x[order],
                    {k: np.where(np.isinf(v), np.nan, v) for k, v in least.items()})  # fmt: skip


def branches(
    result: Result,
    *,
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    legend: LegendLocType = "best",
) -> Axes:
    """Loss over the null loss of each kind of solution that seeds ended in.

    Args:
        result: as `prepare_branches`.
        select: as `prepare_branches`.
        ax: where to draw; new ones of one column's width if None.
        legend: where it goes, in Matplotlib's words.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_branches`.

    Source:
        As `prepare_branches`.
    """
    shown = prepare_branches(result, select=select)
    with on_axes(ax) as ax:
        for (k, loss), color, marker in zip(shown.loss.items(), COLORS, _MARKERS, strict=False):
            ax.plot(shown.x, loss, marker=marker, color=color, markersize=3, label=str(k))
        ax.set(xscale="log", ylabel="loss / null loss")
        ax.set_xlabel(axis_label(shown.path), parse_math=False)
        log_ticks(ax.xaxis)
        ax.legend(loc=legend, title="features", title_fontsize="small")
    return ax
