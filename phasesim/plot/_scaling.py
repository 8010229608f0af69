"""How the loss falls with the number of hidden dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy import stats

from phasesim.errors import UsageError
from phasesim.plot._curve import COLORS, log_ticks
from phasesim.plot._labels import axis_label
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]

#: what keeps all features represented, the exponent of their densities, and the size
AXES = ("regularizers.unit_norm.coefficient", "distribution.exponent", "n_hidden")
_COVERAGE = 0.95


@dataclass(frozen=True)
class Scaling:
    """Losses and their exponents; regimes are without and with `unit_norm`."""

    n_hidden: Array
    """Ascending, (sizes,)."""
    density_exponent: Array
    """α of the densities i^-α, ascending, (exponents,)."""
    loss: Array
    """(regimes, exponents, sizes, seed)."""
    exponent: Array
    """Of loss ~ m^-exponent, by least squares on logarithms, (regimes, exponents)."""
    interval: Array
    """Half its 95 % interval, by the t-distribution, of the same shape."""
    r_squared: Array
    """Share of the variance of log loss, of the same shape."""


def prepare_scaling(result: Result) -> Scaling:
    """Losses over the size, and the exponent of each line.

    Args:
        result: over ``regularizers.unit_norm.coefficient`` (0 and another), the exponent of the
            densities, and ``n_hidden``.

    Returns:
        `Scaling`.

    Raises:
        UsageError: other axes, or not two coefficients.

    Source:
        Liu, Liu & Gore 2025, Superposition Yields Robust Neural Scaling.
    """
    loss = by_regime(result, result.loss)
    alpha, m = (np.sort(result.coords[path]).astype(float) for path in AXES[1:])
    fits = [[fit(m, line) for line in lines] for lines in loss]
    exponent, interval, r_squared = np.moveaxis(np.array(fits), -1, 0)
    return Scaling(m, alpha, loss, exponent, interval, r_squared)


def by_regime(result: Result, values: NDArray) -> Array:
    """A number of each model as (regimes, exponents, sizes, seed, …), all ascending."""
    paths = [*result.coords]
    if sorted(paths) != sorted(AXES) or len(result.coords[AXES[0]]) != 2:
        raise UsageError(f"axes: found {paths}, expected {list(AXES)}, of the first two values")
    values = np.moveaxis(np.asarray(values, float), [paths.index(p) for p in AXES], (0, 1, 2))
    for axis, path in enumerate(AXES):
        values = values.take(np.argsort(result.coords[path]), axis)
    return values


def fit(m: Array, loss: Array) -> tuple[float, float, float]:
    """Exponent of loss ~ m^-exponent, half its 95 % interval, and R².

    Args:
        m: (sizes,).
        loss: above 0, (sizes, seed).

    Returns:
        NaN where there are fewer than three points or two sizes.

    >>> fit(np.array([1.0, 2.0, 4.0]), np.array([[1.0], [0.5], [0.25]]))[0]
    1.0
    """
    x, y = np.broadcast_to(np.log(m)[:, None], loss.shape).ravel(), np.log(loss).ravel()
    if len(m) < 2 or len(y) < 3:
        return np.nan, np.nan, np.nan
    slope, _, r, _, error = np.asarray(stats.linregress(x, y))
    wide = stats.t.ppf((1 + _COVERAGE) / 2, len(x) - 2) * error
    return float(-slope), float(wide), float(r**2)


def scaling_losses(result: Result, *, ax: Axes | None = None) -> Axes:
    """Loss of every model against m, full lines with `unit_norm`, dashed without.

    Args:
        result: as `prepare_scaling`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_scaling`.
    """
    shown = prepare_scaling(result)
    with on_axes(ax) as ax:
        for regime, (line, marker) in enumerate([("--", "s"), ("-", "o")]):
            for k, color in zip(range(len(shown.density_exponent)), COLORS * 3, strict=False):
                points = shown.loss[regime, k]
                ax.plot(shown.n_hidden, points, marker, color=color, markersize=2)
                mean = np.exp(np.log(points).mean(axis=1))
                name = f"α = {shown.density_exponent[k]:g}" if regime else None
                ax.plot(shown.n_hidden, mean, line, color=color, linewidth=0.8, label=name)
        ax.plot([], [], "--s", color="0.4", markersize=2, linewidth=0.8, label="decay alone")
        ax.set(xscale="log", yscale="log", ylabel="loss")
        ax.set_xlabel(axis_label("n_hidden"), parse_math=False)
        log_ticks(ax.xaxis)
        ax.legend()
    return ax


def scaling_exponents(result: Result, *, ax: Axes | None = None) -> Axes:
    """Exponent of the loss against that of the densities, with 95 % intervals.

    Args:
        result: as `prepare_scaling`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_scaling`.
    """
    shown = prepare_scaling(result)
    with on_axes(ax) as ax:
        ax.axhspan(0.8, 1.2, color="0.92", zorder=0, label="1 ± 0.2")
        looks = (("decay alone", "s--", "0.4"), ("features at length 1", "o-", COLORS[0]))
        for regime, (name, look, color) in enumerate(looks):
            ax.errorbar(shown.density_exponent, shown.exponent[regime], shown.interval[regime],
                        fmt=look, color=color, markersize=3, capsize=2, label=name)  # fmt: skip
        ax.set_xlabel(axis_label(AXES[1]), parse_math=False)
        top = 1.6 * max(1.2, float(np.nanmax(shown.exponent + shown.interval, initial=1.2)))
        ax.set(ylabel="exponent of the loss in 1/m", ylim=(0, top))
        ax.legend(loc="upper left")
    return ax
