"""How the seeds of each cell are shared out among the minima that they end in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.axes import Axis
from phasesim.errors import UsageError
from phasesim.metrics._phases import REPRESENTED_NORM
from phasesim.plot._grid import cell_edges
from phasesim.plot._labels import axis_label
from phasesim.plot._style import on_axes
from phasesim.plot._ticks import one_two_five
from phasesim.result import Result

Array = NDArray[np.float64]

#: number of represented features -> colour, from 0
_COLORS = ("0.85", "#999999", "#56B4E9", "#009E73", "#E69F00", "#0072B2", "#CC79A7", "#D55E00")


@dataclass(frozen=True)
class BasinShares:
    """Arrays of shape (values, basins), the basins of each value from the lowest loss upward."""

    axis: Axis
    """The axis of the sweep, one bar a value."""
    shares: Array
    """Share of the trained seeds."""
    loss: Array
    """Lowest loss in the basin, in null losses; NaN where there is none."""
    represented: NDArray[np.intp]
    """Features of norm above 1/2 in the basin's best seed; -1 where there is none."""


def prepare_basins(result: Result, **tolerances: float) -> BasinShares:
    """Shares of the seeds in each basin, as `Result.basins` tells them apart.

    Args:
        result: of a sweep with one numeric axis.
        **tolerances: of `Result.basins`.

    Returns:
        `BasinShares`.

    Raises:
        UsageError: another number of axes, or an axis of names.

    Source:
        Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model, for the
        minima.
    """
    axes = result.sweep.axes
    if len(axes) != 1 or isinstance(axes[0].values[0], str):
        raise UsageError(f"basins: found {len(axes)} axes, expected one, of numbers")
    found = result.basins(**tolerances)
    norms = result.metric("feature_norm")
    counts = np.count_nonzero(norms > REPRESENTED_NORM, axis=-1)
    member = found.label[:, :, None] == np.arange(found.fraction.shape[1])
    loss = np.where(member, result.ranking[1][:, :, None], np.inf)
    best = np.take_along_axis(counts, np.argmin(loss, axis=1), axis=1)
    represented = np.where(member.any(axis=1), best, -1)
    return BasinShares(axes[0], found.fraction, found.loss, represented)


def basins(
    result: Result, *, ax: Axes | None = None, legend: bool = True, **tolerances: float
) -> Axes:
    """Shares of seeds by basin, one bar a value of the axis.

    Each bar begins at the bottom with the best basin, outlined, and goes on in rising order of
    loss; the colour says how many features its best model represents.

    Args:
        result: as `prepare_basins`.
        ax: where to draw; new ones of one column's width if None.
        legend: explain the colours.
        **tolerances: as `prepare_basins`.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_basins`.

    Source:
        As `prepare_basins`.
    """
    shown = prepare_basins(result, **tolerances)
    order = np.argsort(shown.axis.array())
    edges = cell_edges(shown.axis.array()[order].astype(float), log=shown.axis.log)
    shares, represented = np.nan_to_num(shown.shares[order]), shown.represented[order]
    with on_axes(ax) as ax:
        bottom = np.cumsum(shares, axis=1) - shares
        for k, share in enumerate(shares.T):
            colors = [_COLORS[c % len(_COLORS)] for c in represented[:, k]]
            ax.bar(edges[:-1], share, np.diff(edges), bottom[:, k], align="edge", color=colors,
                   edgecolor="white", linewidth=0.4)  # fmt: skip
        ax.bar(edges[:-1], shares[:, 0], np.diff(edges), align="edge", facecolor="none",
               edgecolor="black", linewidth=1.0, label="best basin")  # fmt: skip
        for count in np.unique(represented[represented >= 0]):
            # an entry of the legend alone: bars have a colour each
            color = _COLORS[count % len(_COLORS)]
            ax.bar(edges[:1], 0, 0, color=color, label=f"{count} features")
        ax.set(xscale="log" if shown.axis.log else "linear", xlim=edges[[0, -1]], ylim=(0, 1),
               xlabel=axis_label(shown.axis.path),
               ylabel=f"share of {result.sweep.n_seeds} seeds")  # fmt: skip
        if shown.axis.log:
            one_two_five(ax.xaxis)
        if legend:
            ax.legend(title="represented")
    return ax
