"""Where two known structures cost the same: a first-order transition, located."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.theory._local import local_minimum
from phasesim.theory.exact import checked, population_loss

Array = NDArray[np.float64]

#: of the position between the two ends
_PRECISION = 1e-7
# points at which a structure is met on its way from one end to the other: few enough to be quick,
# close enough together that it does not fall out of its basin
_STATIONS = 17


@dataclass(frozen=True)
class Crossing:
    """Two local minima of equal loss."""

    density: Array
    """Shape (n_features,)."""
    importance: Array
    """Shape (n_features,)."""
    loss: float
    """Expected loss of both, summed over features."""
    W: Array
    """Weights of the first and second, shape (2, n_hidden, n_features)."""
    b: Array
    """Their biases, shape (2, n_features)."""


def crossing(
    first: ArrayLike, second: ArrayLike, *, density: ArrayLike, importance: ArrayLike
) -> Crossing:
    """Find where the minima that two structures relax to exchange their order.

    Densities and importances run from one end to the other, each on a straight line in its
    logarithm. The first structure relaxes to a local minimum of the exact expected loss at the
    first end and is followed from there, the second from the second end; the first point where
    L(first) = L(second) is then bracketed to 1e-7 of the way.

    Args:
        first: weights to descend from, shape (n_hidden, n_features), such as of
            `theory.polytope`; biases start at 0, at p/2 for columns of zeros.
        second: the same of the other structure.
        density: p in (0, 1], shape (2,) or (2, n_features): one row an end.
        importance: I > 0, same shapes, or a number.

    Returns:
        `Crossing`; its W tell whether both still are what they were.

    Raises:
        UsageError: arguments of the wrong shape, or the same minimum is the lower at both ends.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition", for the
        transitions; their exact position is our own.

    >>> from phasesim.theory import polytope
    >>> pairs = [[1, -1, 0, 0, 0], [0, 0, 1, -1, 0]]
    >>> found = crossing(pairs, polytope("pentagon"), density=[0.24, 0.21], importance=[1, 1])
    >>> found.density.round(3)[0]
    np.float64(0.225)
    """
    from scipy.optimize import brentq

    structures = [np.asarray(W, dtype=np.float64) for W in (first, second)]
    if structures[0].shape != structures[1].shape or structures[0].ndim != 2:
        shapes = " and ".join(str(W.shape) for W in structures)
        raise UsageError(f"first, second: found shapes {shapes}, expected (n_hidden, n_features)")
    W, _, p, weight = checked(
        np.stack(structures), np.zeros(len(structures[0].T)), _rows(density), _rows(importance)
    )
    if W.ndim != 3 or np.any(weight <= 0):
        raise UsageError("density, importance: expected one row an end, importances above 0")
    way = _Way(W.shape[1], np.log(p), np.log(weight))
    stations = np.linspace(0, 1, _STATIONS)
    x = np.concatenate([W.reshape(2, -1), ~W.any(axis=1) * p / 2], axis=1)
    one = way.follow(x[0], stations)
    two = way.follow(x[1], stations[::-1])[::-1]

    def difference(t: float, start: Array) -> float:
        loss = way.minima(t, start)[1]
        return float(loss[0] - loss[1])

    gap = [difference(t, np.stack(x)) for t, *x in zip(stations, one, two, strict=True)]
    changes = np.flatnonzero(np.sign(gap[:-1]) * np.sign(gap[1:]) < 0)
    if gap[0] >= 0 or not len(changes):
        raise UsageError("crossing: expected the first structure to be the better at the first "
                         "end and the second at the second")  # fmt: skip
    k = int(changes[0])
    # each from where it came: the first from before, the second from behind
    start = np.stack([one[k], two[k + 1]])
    found = brentq(lambda t: difference(t, start), stations[k], stations[k + 1], xtol=_PRECISION)
    t = cast(float, found)  # more than a number only where it is asked for
    x, loss = way.minima(t, start)
    m, n = W.shape[1:]
    return Crossing(*way.at(t), float(loss.mean()), x[:, : m * n].reshape(2, m, n), x[:, m * n :])


@dataclass(frozen=True)
class _Way:
    """From one end to the other."""

    n_hidden: int
    log_density: Array
    log_importance: Array

    def at(self, t: float) -> tuple[Array, Array]:
        """Densities and importances at position t from 0 to 1, each of shape (n_features,)."""
        ends = self.log_density, self.log_importance
        p, weight = (np.exp((1 - t) * a[0] + t * a[1]) for a in ends)
        return p, weight

    def minima(self, t: float, start: Array) -> tuple[Array, Array]:
        """Local minima from the rows of ``start``, and their losses."""
        p, weight = self.at(t)
        rows = (np.tile(row, (len(start), 1)) for row in (p, weight))
        x = local_minimum(start, *rows, m=self.n_hidden)[0]
        W, b = x[:, : -len(p)].reshape(len(x), self.n_hidden, -1), x[:, -len(p) :]
        # descents use a fixed number of terms: enough for where the minimum is, not for its loss
        return x, population_loss(W, b, density=p, importance=weight)

    def follow(self, x: Array, stations: Array) -> list[Array]:
        """The local minimum at each station, from that at the one before."""
        found = [x]
        for t in stations:
            found.append(self.minima(t, found[-1][None])[0][0])
        return found[1:]


def _rows(ends: ArrayLike) -> Array:
    """One row an end: one number an end becomes a row of one number."""
    found = np.asarray(ends, dtype=np.float64)
    return found[:, None] if found.ndim == 1 else found
