"""Hysteresis of one feature along the density: minima followed from both ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.metrics._phases import REPRESENTED_NORM
from phasesim.metrics.feature_norm import feature_norm
from phasesim.plot._grid import grid
from phasesim.plot._labels import axis_label
from phasesim.plot._style import on_axes
from phasesim.plot._theory import check_covered
from phasesim.plot._ticks import one_two_five
from phasesim.result import Result
from phasesim.theory import Continuation, continuation, spinodal

Array = NDArray[np.float64]

_DENSITIES = 160
#: W_1·W_2 above this: weights of one sign, a minimum apart from the two that are followed
_ONE_SIGN = 1e-2
#: value of ``init.k`` -> what it means for the last of two features, colour, marker
_STARTS = {1: ("ignored", "#0072B2", "o"), 2: ("paired", "#D55E00", "s")}
_WAYS = {
    "down": ("minimum, density falling", "#0072B2", "--"),
    "up": ("minimum, density rising", "#D55E00", "-"),
}


@dataclass(frozen=True)
class Hysteresis:
    """Norms of the last feature at one ratio."""

    ratio: float
    """Relative importance r of the last feature, as asked for."""
    density: Array
    """Rising, shape (points,)."""
    up: Array
    """Norm in the minimum followed from the sparse end, shape (points,)."""
    down: Array
    """Norm in the minimum followed from the dense end, shape (points,)."""
    boundary: float
    """Density at which both minima are equally deep; NaN where they never are."""
    spinodal: float
    """Density below which ignoring the feature is no minimum."""
    window: tuple[float, float]
    """Ends of the densities at which one norm is above 1/2 and the other is not."""
    trained_density: Array
    """Densities of the sweep, rising, shape (densities,)."""
    trained: dict[int, Array]
    """Value of the axis ``init.k`` -> norm in the best seed of that start, shape (densities,)."""
    one_sign: dict[int, NDArray[np.bool_]]
    """Whether that seed has weights of one sign, likewise."""


def prepare_hysteresis(result: Result, *, ratio: float) -> Hysteresis:
    """Norms in the two minima followed along the density, and in trained models, at one ratio.

    Args:
        result: as `hysteresis`.
        ratio: as `hysteresis`.

    Returns:
        `Hysteresis`.

    Raises:
        UsageError: as `hysteresis`.

    Source:
        As `hysteresis`.
    """
    k_values = result.coords.get("init.k")
    if k_values is None or set(k_values) != set(_STARTS):
        raise UsageError("hysteresis: expected an axis init.k of the values 1 and 2")
    shown = {k: grid(result, {"k": k}) for k in _STARTS}
    sides = shown[1]
    check_covered(sides)
    e = sides.experiment
    if (e.n_features, e.n_hidden) != (2, 1) or sides.y.path != "distribution.density":
        raise UsageError("hysteresis: expected n = 2, m = 1, and the density as the first axis")
    if not 0 < ratio < 1:
        raise UsageError(f"ratio: found {ratio}, expected a number in (0, 1)")
    norms = result.metric("feature_norm", "best")[..., -1]
    aligned = result.metric("signed_gram", "best")[..., 0, 1] > _ONE_SIGN
    column = int(np.argmin(np.abs(sides.x.values - ratio)))
    found = _followed(*(float(v) for v in sides.y.values[[0, -1]]), ratio)
    up, down = (feature_norm(path.W)[:, -1] for path in (found.up, found.down))
    differ = found.density[(up > REPRESENTED_NORM) & (down <= REPRESENTED_NORM)]
    window = (float(differ[0]), float(differ[-1])) if differ.size else (np.nan, np.nan)
    return Hysteresis(
        ratio, found.density, up, down,
        _crossing(found.density, found.up.loss - found.down.loss), spinodal(ratio), window,
        sides.y.values,
        *({k: side.take(v)[:, column] for k, side in shown.items()} for v in (norms, aligned)),
    )  # fmt: skip


@lru_cache(maxsize=16)
def _followed(low: float, high: float, ratio: float) -> Continuation:
    # one figure asks for the same minima to draw them and to check them
    density = np.geomspace(low, high, _DENSITIES)
    return continuation(2, 1, density=density, importance=[1.0, ratio])


def hysteresis(
    result: Result, *, ratio: float, ax: Axes | None = None, legend: bool = True
) -> Axes:
    """Norm of the lesser of two features against the density, on the way up and on the way down.

    Lines are minima of the exact loss followed by continuation, marks are the best of the trained
    models that started beside ignoring the feature, or beside a pair. Where the lines differ,
    minima coexist; the true boundary is where they are equally deep. Ignoring ceases to be a
    minimum at the spinodal only towards weights of opposite sign: models that start with one sign
    stay, or end in a third minimum.

    Args:
        result: of a (2, 1) sweep over density, importance ratio, and ``init.k`` of 1 and 2.
        ratio: importance r of the last feature, below 1; marks are of the nearest ratio.
        ax: where to draw; new ones of one column's width if None.
        legend: explain lines and marks.

    Returns:
        The Axes.

    Raises:
        UsageError: another sweep than that, or a ratio outside (0, 1).

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change"; the
        continuation is our own.
    """
    shown = prepare_hysteresis(result, ratio=ratio)
    with on_axes(ax) as ax:
        if np.isfinite(shown.window).all():
            ax.axvspan(*shown.window, color="0.92", linewidth=0, label="minima coexist")
        for k, (words, color, marker) in _STARTS.items():
            for mask, shape, label in (
                (~shown.one_sign[k], marker, f"trained, starting {words}"),
                (shown.one_sign[k], "^", "trained, weights of one sign"),
            ):
                if mask.any():
                    ax.plot(shown.trained_density[mask], shown.trained[k][mask], shape,
                            color=color, markersize=3, markerfacecolor="none",
                            markeredgewidth=0.6, label=label)  # fmt: skip
        for name, (words, color, line) in _WAYS.items():
            ax.plot(shown.density, getattr(shown, name), color=color, linestyle=line,
                    linewidth=1.3, label=words)  # fmt: skip
        ax.axvline(shown.boundary, color="black", linewidth=0.9, label="true boundary")
        ax.axvline(shown.spinodal, color="black", linewidth=0.9, linestyle=":",
                   label="spinodal of ignoring")  # fmt: skip
        ax.set(xscale="log", xlabel=axis_label("distribution.density"), ylabel="norm $‖W_2‖$",
               xlim=shown.density[[0, -1]], ylim=(-0.04, 1.15))  # fmt: skip
        one_two_five(ax.xaxis)
        ax.set_title(f"relative importance r = {ratio:g}")
        if legend:
            ax.legend()
    return ax


def _crossing(p: Array, difference: Array) -> float:
    """Where a difference that is 0 outside a window changes its sign inside."""
    # equal minima differ by rounding and by the tolerance of the descent
    sign = np.where(np.abs(difference) > 1e-9, np.sign(difference), 0)
    at = np.flatnonzero(sign[:-1] * sign[1:] < 0)
    if not at.size:
        return float("nan")
    k = at[0]
    share = difference[k] / (difference[k] - difference[k + 1])
    return float(p[k] * (p[k + 1] / p[k]) ** share)
