"""Telling models that were not trained for long enough from phases."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: a loss that changed by more than this over the last tenth of the steps still moves, ...
MOVING_SLOPE = 0.05
#: ... if the change is larger than so many of its standard errors
MOVING_ERRORS = 3.0
#: a loss is settled when it is within so many null losses of its value at the end
SETTLED = 0.005
#: a model has arrived where its loss is so many null losses above the minimum nearby, or fewer
ARRIVED = 1e-9
#: a run was long enough where no seed of a cell is further above its own than this
NOTHING_LEFT = 1e-3
#: a run was too short where so many of a cell's seeds had not settled early
UNSETTLED_SHARE = 0.75
#: fewest points of a loss curve that tell its beginning from its end
FEWEST_POINTS = 10


def still_moving(slope: Array, error: Array) -> Mask:
    """Whether a loss changed significantly over the last tenth of the steps."""
    return (np.abs(slope) > MOVING_SLOPE) & (np.abs(slope) > MOVING_ERRORS * error)


def too_short(
    curve: Array,
    null_loss: Array,
    trained: Mask,
    left: Callable[[Mask], Array] | None = None,
) -> Mask:
    """Cells whose runs were not much longer than their seeds took to settle, (*axes).

    A run is long enough if a small part of it would have done: more than a quarter of the seeds
    are, between an eighth and a fifth of the steps, within `SETTLED` of their mean loss over the
    second half. The faster seeds decide, because in any run some wait on a plateau. What one model
    does at its end says less: where the learning rate falls to 0 every model stops moving. Except
    where the minimum nearby is known: a seed that has arrived there has settled, however late, and
    a run whose seeds are all close to theirs was long enough.

    Args:
        curve: loss curves, (*axes, seed, point), NaN beyond the last point of a cell.
        null_loss: (*axes).
        trained: which models trained to the end, (*axes, seed).
        left: how far the losses of some models, a mask (*axes, seed), are above the minimum
            nearby, in null losses; asked only of cells whose curves fell late.

    Returns:
        False too where there are fewer than 10 points, or no trained seed.
    """
    points = np.max(np.count_nonzero(~np.isnan(curve), axis=-1), axis=-1)
    fell = np.zeros(trained.shape, bool)
    for n in np.unique(points[points >= FEWEST_POINTS]):
        # of all cells, since picking some would copy what may be a million curves
        with np.errstate(invalid="ignore", over="ignore"):  # of models that diverged
            early = np.mean(curve[..., n // 8 : n // 5], axis=-1)
            late = np.mean(curve[..., n // 2 : n], axis=-1)
            fell |= (points == n)[..., None] & (early - late > SETTLED * null_loss[..., None])
    unsettled = fell & trained
    short = _most(unsettled, trained)
    if left is not None and short.any():
        rest = left(trained & short[..., None])
        short &= np.any(trained & (rest > NOTHING_LEFT), axis=-1)
        short &= _most(unsettled & (rest > ARRIVED), trained)
    return short


def _most(unsettled: Mask, trained: Mask) -> Mask:
    """Cells with so many unsettled seeds that their runs were too short."""
    counted = np.count_nonzero(trained, axis=-1)
    return (counted > 0) & (np.count_nonzero(unsettled, axis=-1) >= UNSETTLED_SHARE * counted)
