"""How much of one quadratic neuron each of two features gets, trained and in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.plot._curve import COLORS
from phasesim.plot._grid import Grid, grid
from phasesim.plot._scalar import ScalarMap, draw_scalar
from phasesim.plot._style import on_axes
from phasesim.result import Result
from phasesim.sweep import Sweep
from phasesim.theory import pair_capacity

Array = NDArray[np.float64]

_RATIO, _DENSITY = "target.ratio", "distribution.density"
_LABEL = "capacity $C_2$ of that feature"


@dataclass(frozen=True)
class Capacities:
    """Arrays over (density, ratio), both ascending."""

    grid: Grid
    """The two axes: density upward, ratio to the right."""
    kurtosis: Array
    """E x⁴/(E x²)² of a feature, falling, (densities,)."""
    ratio: Array
    """(ratios,)."""
    trained: Array
    """Capacity of the last feature."""
    exact: Array
    """The same in closed form."""


def prepare_capacity(result: Result, *, reduction: str = "best") -> Capacities:
    """Capacity of the second feature, trained and in closed form.

    Args:
        result: of the model quadratic and the target sum_of_squares, two features and one hidden
            unit, over ``distribution.density`` and ``target.ratio`` in this order.
        reduction: best, worst, mean or mean_minus_worst over seeds.

    Returns:
        `Capacities`.

    Raises:
        UsageError: another sweep.

    Source:
        Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks.
    """
    found: tuple = (type(result.sweep).__name__, *result.coords)
    if isinstance(result.sweep, Sweep):
        e = result.sweep.experiment
        found = (type(e.model).__name__, e.n_features, e.n_hidden, *result.coords)
    if found != ("quadratic", 2, 1, _DENSITY, _RATIO):
        raise UsageError(f"capacity: found {found}, expected the model quadratic, two features, "
                         f"one hidden unit, over {_DENSITY} and {_RATIO}")  # fmt: skip
    sides = grid(result)
    law = result.sweep.experiment.distribution.amplitude
    kurtosis = law.fourth_moment / law.second_moment**2 / sides.y.values
    # capacity and dimensionality are the same number
    trained = sides.take(result.metric("dimensionality", reduction))[..., -1]
    exact = pair_capacity(sides.x.values, kurtosis[:, None])
    return Capacities(sides, kurtosis, sides.x.values, trained, exact)


def capacity_lines(
    result: Result, *, reduction: str = "best", every: int = 2, ax: Axes | None = None
) -> Axes:
    """Capacity against the coefficient: dots trained, lines in closed form, a colour a kurtosis.

    Args:
        result: as `prepare_capacity`.
        reduction: as `prepare_capacity`.
        every: which densities are shown, the densest first.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_capacity`.
    """
    shown = prepare_capacity(result, reduction=reduction)
    fine = np.geomspace(shown.ratio[0], shown.ratio[-1], 400)
    with on_axes(ax) as ax:
        for color, k in zip(COLORS, range(len(shown.kurtosis) - 1, -1, -every), strict=False):
            name = f"β = {shown.kurtosis[k]:.3g}"
            ax.plot(fine, pair_capacity(fine, shown.kurtosis[k]), color=color, linewidth=0.8)
            ax.plot(shown.ratio, shown.trained[k], "o", color=color, markersize=3, label=name)
        ax.set(xscale="log", xlabel="coefficient r of the feature", ylabel=_LABEL)
        ax.xaxis.set_major_formatter("{x:g}")
        ax.legend(title="kurtosis, p = 3/β", title_fontsize=7)
    return ax


def capacity_map(result: Result, *, reduction: str = "best", ax: Axes | None = None) -> Axes:
    """Capacity over coefficient and density, between the lines r = 2/(β - 1) and (β - 1)/2.

    Args:
        result: as `prepare_capacity`.
        reduction: as `prepare_capacity`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_capacity`.
    """
    shown = prepare_capacity(result, reduction=reduction)
    with on_axes(ax) as ax:
        drawn = ScalarMap(shown.grid, shown.trained)
        draw_scalar(ax, drawn, label=_LABEL, low=0, high=1, cmap="RdBu_r")
        p = np.geomspace(*shown.grid.y.edges[[0, -1]], num=200)
        edge = (shown.kurtosis[0] * shown.grid.y.values[0] / p - 1) / 2
        for side in (edge, 1 / edge):
            ax.plot(side[edge >= 1], p[edge >= 1], "k--", linewidth=1)
        ax.set_xlabel("coefficient r of the feature")
    return ax
