"""Where trained models change along one axis of a sweep, and how well the seeds know it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasesim.errors import UsageError, did_you_mean
from phasesim.metrics._phases import REPRESENTED_NORM, SHARED_SUPERPOSITION, Phase, classify
from phasesim.reductions import reduce
from phasesim.result import Result
from phasesim.store import axis_names

Array = NDArray[np.float64]

CONFIDENCE = 0.95
_SEED = 20220914
#: what decides a phase, in the order in which it does, and the thresholds
_DECIDING = {"feature_norm": REPRESENTED_NORM, "superposition": SHARED_SUPERPOSITION,
             "max_cosine": 0.0}  # fmt: skip


@dataclass(frozen=True)
class PhaseBoundary:
    """Positions of a change along one axis, for each cell of the others; NaN where there is none.

    The grid limits a position to between ``low`` and ``high``; the seeds to ``interval``.
    """

    along: str
    """Dotted path of the axis."""
    across: dict[str, NDArray]
    """Dotted path of each other axis -> its values; shapes below follow their order."""
    position: Array
    """The crossing at the largest value of the axis, shape (*others)."""
    low: Array
    """The grid value below it, shape (*others)."""
    high: Array
    """The grid value above it, shape (*others)."""
    interval: Array
    """Ends of the 95 % bootstrap interval over seeds, shape (*others, 2); NaN with one seed, and
    where more than 5 % of the resamples have no crossing."""
    crossing_share: Array
    """Share of the resamples with a crossing, shape (*others)."""
    n_crossings: NDArray[np.intp]
    """How often the quantity crosses along the whole axis, shape (*others)."""


def phase_boundary(
    result: Result,
    *,
    along: str,
    of: str = "phase",
    level: float = REPRESENTED_NORM,
    feature: int = -1,
    reduction: str = "best",
    n_resamples: int = 1000,
) -> PhaseBoundary:
    """Position along one axis at which the trained models change their phase.

    Between two neighbouring values x_0, x_1 of the axis on different sides of the level,
    x = x_0 + (x_1 - x_0) (level - v_0)/(v_1 - v_0), in log x where the axis is geometric. A phase
    changes where the first of norm, superposition and sign of the largest cosine that decides it
    crosses its threshold. The interval is the percentile bootstrap: whole replicas are drawn with
    replacement, since cells of one seed share their data, and reduced anew.

    Args:
        result: of any sweep with a numeric axis.
        along: last word of the axis path, or all of it.
        of: ``phase``, or a metric with one number a model or a feature.
        level: the value of that metric to cross; of no use for ``phase``.
        feature: which one; negative counts from the last.
        reduction: best, worst, mean or mean_minus_worst over seeds.
        n_resamples: of the bootstrap; 0 for none.

    Returns:
        `PhaseBoundary`.

    Raises:
        UsageError: no such axis, an axis of names or of one value, no such metric or reduction.

    Reference:
        Efron 1979, Bootstrap methods: another look at the jackknife.

    >>> import phasesim as ps
    >>> digon = ps.initializers.k_gon(k=2, std=0.0)
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=0, init=digon)
    >>> result = ps.run(ps.Sweep(experiment, axes=[ps.linspace("init.radius", 0.2, 0.8, 4)]))
    >>> round(float(phase_boundary(result, along="radius").position), 3)
    0.5
    """
    at = _axis(result, along)
    axis = result.sweep.axes[at]
    order = np.argsort(axis.array())
    x = axis.array()[order].astype(float)
    levels = _DECIDING if of == "phase" else {of: level}
    values = np.stack([_of_feature(result, name, feature) for name in levels], axis=-1)
    loss, status = result.ranking[1], result.status
    n_seeds = result.sweep.n_seeds

    def crossings(seeds: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
        drawn = (values[..., seeds, :], loss[..., seeds], status[..., seeds])
        reduced = np.moveaxis(reduce(reduction, *drawn), at, 0)[order]
        return _last_crossing(reduced, list(levels.values()), np.log(x) if axis.log else x)

    scaled, below, count = crossings(np.arange(n_seeds))
    back = np.exp if axis.log else np.asarray
    missing = below < 0
    rng = np.random.default_rng(_SEED)
    draws = rng.integers(n_seeds, size=(n_resamples if n_seeds > 1 else 0, n_seeds))
    again = np.array([crossings(seeds)[0] for seeds in draws]).reshape(-1, *scaled.shape)
    interval, share = _interval(again)
    others = [a for i, a in enumerate(result.sweep.axes) if i != at]
    return PhaseBoundary(
        axis.path, {a.path: a.array() for a in others}, back(scaled),
        np.where(missing, np.nan, x[below]), np.where(missing, np.nan, x[below + 1]),
        back(interval), share, count,
    )  # fmt: skip


def _axis(result: Result, along: str) -> int:
    """Which axis is meant; at least two numbers stand on it."""
    axes = result.sweep.axes
    paths = [a.path for a in axes]
    names = axis_names(paths)
    found = [i for i, path in enumerate(paths) if along in (names[i], path)]
    if not found:
        raise UsageError(f"along: no axis '{along}', {did_you_mean(along, names)}")
    axis = axes[found[0]]
    if isinstance(axis.values[0], str) or len(axis.values) < 2:
        raise UsageError(f"{axis.path}: expected an axis of two or more numbers")
    return found[0]


def _of_feature(result: Result, name: str, feature: int) -> Array:
    """One number a model, (*axes, seed)."""
    values = np.asarray(result.metric(name), dtype=float)
    extra = values.ndim - len(result.shape)
    if extra > 1:
        raise UsageError(f"of: '{name}' has {extra} dimensions a model, expected at most one")
    if extra == 0:
        return values
    if not -values.shape[-1] <= feature < values.shape[-1]:
        raise UsageError(f"feature {feature}: found {values.shape[-1]} features")
    return values[..., feature]


def _last_crossing(
    values: Array, levels: list[float], x: Array
) -> tuple[Array, NDArray[np.intp], NDArray[np.intp]]:
    """Position of the crossing at the largest x, index of the value below it, number of crossings.

    Args:
        values: (x, *others, quantity); of several quantities, those that decide a phase.
        levels: one a quantity.
        x: rising.
    """
    if len(levels) > 1:
        label = classify(*np.moveaxis(values, -1, 0))
    else:
        label = np.where(np.isnan(values[..., 0]), Phase.UNDEFINED, values[..., 0] > levels[0])
    known = label != Phase.UNDEFINED
    change = (label[1:] != label[:-1]) & known[1:] & known[:-1]
    count = np.count_nonzero(change, axis=0)
    # the last of the changes, seen from the end of the axis
    below = np.where(count > 0, len(change) - 1 - np.argmax(change[::-1], axis=0), -1)
    one, other = (np.take_along_axis(values, (below + k)[None, ..., None], 0)[0] for k in (0, 1))
    offset = np.array(levels)
    decides = np.argmax((one > offset) != (other > offset), axis=-1)[..., None]
    one, other = (np.take_along_axis(v - offset, decides, -1)[..., 0] for v in (one, other))
    gap = np.where(one == other, 1.0, one - other)
    position = x[below] + np.clip(one / gap, 0.0, 1.0) * (x[below + 1] - x[below])
    return np.where(count > 0, position, np.nan), below, count


def _interval(positions: Array) -> tuple[Array, Array]:
    """Ends of the central 95 % of (resamples, *others), and the share that is not NaN."""
    shape = positions.shape[1:]
    if not len(positions):
        return np.full((*shape, 2), np.nan), np.full(shape, np.nan)
    share = np.mean(np.isfinite(positions), axis=0)
    enough = share >= CONFIDENCE
    tail = (1 - CONFIDENCE) / 2
    ends = np.nanquantile(np.where(enough, positions, 0.0), [tail, 1 - tail], axis=0)
    return np.where(enough[..., None], np.moveaxis(ends, 0, -1), np.nan), share
