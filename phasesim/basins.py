"""Which minima the seeds of a cell ended in: seeds of equal loss and equal shape share one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: losses of one basin differ by less than this, in null losses: what noisy training leaves
LOSS_TOLERANCE = 0.01
#: norms and dimensionalities of one basin differ by less than this
SHAPE_TOLERANCE = 0.1


@dataclass(frozen=True)
class Basins:
    """The basins of each cell, from the one of the lowest loss upward."""

    label: NDArray[np.int64]
    """Basin of each model, 0 the best, shape (*axes, seed); -1 where it did not train to the end.
    """
    fraction: Array
    """Share of the trained seeds that ended in each, shape (*axes, basin); NaN where none did."""
    loss: Array
    """Lowest loss in each, in null losses, shape (*axes, basin); NaN where there is no such basin.
    """

    @property
    def count(self) -> NDArray[np.int64]:
        """Number of basins in each cell, shape (*axes)."""
        return np.count_nonzero(np.isfinite(self.loss), axis=-1)


def basins(
    loss: Array,
    shape: Array,
    ok: NDArray[np.bool_],
    *,
    loss_tolerance: float = LOSS_TOLERANCE,
    shape_tolerance: float = SHAPE_TOLERANCE,
) -> Basins:
    """Group the seeds of each cell.

    From the lowest loss upward each seed joins the best basin whose founder, its own best seed, is
    within both tolerances, or founds one. The result does not depend on the order of the seeds.

    Args:
        loss: of each model, in null losses, (*axes, seed).
        shape: numbers that describe a model up to what leaves its loss unchanged, as `invariants`
            makes them, (*axes, seed, number).
        ok: which models trained to the end, (*axes, seed).
        loss_tolerance: largest difference of losses.
        shape_tolerance: largest difference of any number of ``shape``.

    >>> found = basins(np.array([0.5, 0.1, 0.1]), np.zeros((3, 1)), np.array([True, True, True]))
    >>> found.label.tolist(), found.fraction.round(2).tolist(), found.loss.tolist()
    ([1, 0, 0], [0.67, 0.33], [0.1, 0.5])
    """
    axes, n_seeds = loss.shape[:-1], loss.shape[-1]
    ok = (ok & np.isfinite(loss)).reshape(-1, n_seeds)
    # padding is alike in all seeds of a cell
    shape = np.nan_to_num(shape.reshape(len(ok), n_seeds, -1))
    loss = np.where(ok, loss.reshape(len(ok), n_seeds), np.inf)
    cells = np.arange(len(ok))
    label = np.full(loss.shape, -1)
    founders = np.full(loss.shape, np.inf), np.zeros(shape.shape)
    count = np.zeros(len(ok), int)
    for seed in np.argsort(loss, axis=1, kind="stable").T:
        own = loss[cells, seed][:, None], shape[cells, seed][:, None]
        apart = np.max(np.abs(own[1] - founders[1]), axis=-1, initial=0)
        with np.errstate(invalid="ignore"):  # of seeds that have no loss
            near = (own[0] - founders[0] <= loss_tolerance) & (apart <= shape_tolerance)
        near &= np.isfinite(founders[0])
        found = np.where(near.any(axis=1), np.argmax(near, axis=1), count)
        new, joins = ok[cells, seed] & (found == count), ok[cells, seed]
        founders[0][cells[new], count[new]] = own[0][new, 0]
        founders[1][cells[new], count[new]] = own[1][new, 0]
        label[cells[joins], seed[joins]] = found[joins]
        count += new
    most = max(int(count.max(initial=0)), 1)
    trained = np.count_nonzero(ok, axis=1)[:, None]
    members = np.count_nonzero(label[..., None] == np.arange(most), axis=1)
    share = np.divide(members, trained, out=np.full(members.shape, np.nan), where=trained > 0)
    lowest = np.where(np.isfinite(founders[0]), founders[0], np.nan)[:, :most]
    return Basins(
        label.reshape(*axes, n_seeds), share.reshape(*axes, most), lowest.reshape(*axes, most)
    )


def invariants(numbers: Array, density: Array, importance: Array) -> Array:
    """Numbers of the features, sorted among features that the loss does not tell apart.

    Args:
        numbers: one a feature that turning the hidden space leaves as it is, (..., feature).
        density: p, broadcast to it.
        importance: I, broadcast to it.

    >>> invariants(np.array([3.0, 2.0, 1.0]), np.array([0.1]), np.array([1.0, 1.0, 0.5]))
    array([1., 2., 3.])
    """
    keys = np.broadcast_arrays(numbers, importance, density)
    return np.take_along_axis(numbers, np.lexsort(keys, axis=-1), axis=-1)
