"""From all seeds of a cell to one number: chosen when reading, never when storing.

Weights are never averaged: solutions agree only up to rotation and permutation. What is reduced
are invariants of each model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from phasesim.errors import UsageError, did_you_mean
from phasesim.status import Status


def best(values: np.ndarray, loss: np.ndarray, ok: np.ndarray) -> np.ndarray:
    """The value of the seed with the smallest loss among those that trained to the end."""
    rank = np.where(ok & np.isfinite(loss), loss, np.inf)
    index = np.argmin(rank, axis=-1)
    return _take(values, index, loss.ndim - 1)


def worst(values: np.ndarray, loss: np.ndarray, ok: np.ndarray) -> np.ndarray:
    """The value of the seed with the largest loss; a failed seed is the worst of all."""
    rank = np.where(ok & np.isfinite(loss), loss, np.inf)
    return _take(values, np.argmax(rank, axis=-1), loss.ndim - 1)


def mean(values: np.ndarray, loss: np.ndarray, ok: np.ndarray) -> np.ndarray:
    """The mean over seeds that trained to the end."""
    return _mean(values, ok, loss.ndim - 1)


def mean_minus_worst(values: np.ndarray, loss: np.ndarray, ok: np.ndarray) -> np.ndarray:
    """The mean over seeds but the one with the largest loss: the paper's own reduction."""
    rank = np.where(ok & np.isfinite(loss), loss, np.inf)
    keep = np.arange(loss.shape[-1]) != np.argmax(rank, axis=-1)[..., None]
    # one seed alone is kept: there is nothing to average without it
    return _mean(values, ok & (keep | (loss.shape[-1] == 1)), loss.ndim - 1)


def best_fraction(values: np.ndarray, loss: np.ndarray, ok: np.ndarray) -> np.ndarray:
    """The share of the seeds that trained to the end whose code is that of the best of them."""
    same = values == np.expand_dims(best(values, loss, ok), loss.ndim - 1)
    return _mean(same, ok, loss.ndim - 1)


REDUCTIONS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]] = {
    f.__name__: f for f in (best, worst, mean, mean_minus_worst)
}
#: those that count codes, such as the phase or the basin, instead of picking or averaging values
COUNTS = {"best_fraction"}
#: those that combine several models, so that codes have to be derived after, not before
AVERAGES = frozenset({"mean", "mean_minus_worst"})


def reduce(name: str, values: np.ndarray, loss: np.ndarray, status: np.ndarray) -> np.ndarray:
    """Drop the seed axis.

    Args:
        name: a key of `REDUCTIONS`, or of codes one of `COUNTS`.
        values: (*axes, seed, …).
        loss: (*axes, seed), by which seeds are ranked.
        status: (*axes, seed).

    Returns:
        (*axes, …); NaN where no seed of a cell trained to the end.
    """
    ok = np.isin(status, [Status.ok, Status.not_converged])
    check_reduction(name, [*REDUCTIONS, *COUNTS])
    if name in COUNTS:
        if values.dtype.kind == "f":
            raise UsageError(f"{name}: found numbers, expected codes such as basin or phase")
        return best_fraction(values, loss, ok)
    return REDUCTIONS[name](values, loss, ok)


def check_reduction(name: str, known: Iterable[str] = REDUCTIONS) -> None:
    """Refuse a name that is no reduction of numbers, or none of those known."""
    if name not in known:
        raise UsageError(f"no reduction '{name}', {did_you_mean(name, list(known))}")


def _take(values: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    shaped = index.reshape(*index.shape, *([1] * (values.ndim - index.ndim)))
    return np.take_along_axis(values, shaped, axis=axis).squeeze(axis)


def _mean(values: np.ndarray, keep: np.ndarray, axis: int) -> np.ndarray:
    weight = keep.reshape(*keep.shape, *([1] * (values.ndim - keep.ndim))).astype(float)
    count = weight.sum(axis=axis)
    total = np.where(weight > 0, values, 0).sum(axis=axis, dtype=float)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
