"""What a polytope gains over dedicated features, for each dimension it takes.

With many more features than dimensions and equal importances, features sort themselves into
blocks, each a polytope in a subspace of its own. A block of k features in d dimensions saves
k V(p) - L_block of loss; dedicating the d dimensions to d features would save d V(p).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.theory._minimise import minimise
from phasesim.theory.exact import fixed_loss_and_gradient, flat_loss_and_gradient
from phasesim.theory.moments import feature_variance
from phasesim.theory.polytopes import POLYTOPES, polytope

Array = NDArray[np.float64]

#: near p = 1, and near p = 0
_STARTS = np.array([[0.9, 0.3], [1.1, -0.2]])
# the loss to search with is known to about 1e-9
_TOLERANCE = 1e-7
_MAX_EVALUATIONS = 200
_SCAN = np.geomspace(0.01, 0.98, 24)
_CUTS = 14


@dataclass(frozen=True)
class BlockGain:
    """The best block of one polytope at each density; arrays have the shape of the densities."""

    gain: Array
    """(k V - L)/(d V): loss saved for each dimension, in units of a dedicated feature's."""
    norm: Array
    """Common norm of the features at the minimum."""
    bias: Array
    """Common bias there."""
    loss: Array
    """Expected loss of the block, summed over its k features."""
    dimensionality: float
    """D = d/k of each feature."""


@dataclass(frozen=True)
class Plateau:
    """Densities over which one polytope gains most."""

    polytope: str
    """Its name."""
    low: float
    """Where they begin."""
    high: float
    """Where they end."""


def block_gain(shape: str | ArrayLike, *, density: ArrayLike) -> BlockGain:
    """Gain per dimension of a polytope, with the exact loss minimised over norm and bias.

    g = (k V - min_{a,β} L(a U, β 1))/(d V), U the unit vertices, V = p/3 - p²/4.

    Args:
        shape: a name of `POLYTOPES`, or unit vectors, shape (d, k).
        density: p in (0, 1], any shape.

    Returns:
        `BlockGain`.

    Raises:
        UsageError: no such polytope, vectors not of norm 1, a density outside (0, 1].

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition", for the
        plateaus; the theory is our own.

    >>> found = block_gain("digon", density=[0.5, 0.1])
    >>> found.gain.round(3), found.dimensionality
    (array([1.268, 1.892]), 0.5)
    """
    U, p = _vertices(shape), np.asarray(density, dtype=np.float64)
    if not np.all((p > 0) & (p <= 1)):
        raise UsageError("density: found a value outside (0, 1]")
    d, k = U.shape
    flat = np.ravel(p)
    scale = k * feature_variance(flat)
    x = _lowest(U, flat, scale)
    W, b, densities = _models(U, x, flat)
    loss = flat_loss_and_gradient(W, b, densities, np.ones_like(b), gradient=False)[0]
    found = ((scale - loss) * k / (d * scale), x[:, 0], x[:, 1], loss)
    return BlockGain(*(v.reshape(p.shape)[()] for v in found), dimensionality=d / k)


def plateaus(names: Sequence[str] = tuple(POLYTOPES)) -> list[Plateau]:
    """Which polytope gains most at each density from 0.01 to 0.98, in rising order of density.

    Positions are good to about 1e-4 in p. Towards p = 1 the simplices are nearly degenerate.

    Args:
        names: the polytopes to compare.

    Returns:
        Neighbouring `Plateau` of the polytope with the largest `block_gain`.

    Raises:
        UsageError: no such polytope, or none named.

    Reference:
        As `block_gain`.

    >>> [(found.polytope, round(found.high, 2)) for found in plateaus(["triangle", "digon"])]
    [('digon', 0.64), ('triangle', 0.98)]
    """
    if not names:
        raise UsageError("names: found none, expected at least one polytope")
    gains = np.stack([block_gain(name, density=_SCAN).gain for name in names])
    best = np.argmax(gains, axis=0)
    found, low = [], float(_SCAN[0])
    for k in np.flatnonzero(best[1:] != best[:-1]):
        # a third polytope may be best in between, too briefly to be seen by the scan
        rivals = np.unique(best[k : k + 2])
        inside = np.geomspace(_SCAN[k], _SCAN[k + 1], _CUTS)
        pair = [block_gain(names[i], density=inside).gain for i in rivals]
        ahead = np.subtract(*pair)
        at = int(np.flatnonzero(np.sign(ahead[1:]) != np.sign(ahead[0]))[0])
        share = ahead[at] / (ahead[at] - ahead[at + 1])
        high = float(inside[at] + share * (inside[at + 1] - inside[at]))
        found.append(Plateau(names[int(best[k])], low, high))
        low = high
    return [*found, Plateau(names[int(best[-1])], low, float(_SCAN[-1]))]


def _vertices(shape: str | ArrayLike) -> Array:
    if isinstance(shape, str):
        return polytope(shape)
    U = np.asarray(shape, dtype=np.float64)
    if U.ndim != 2 or not np.allclose(np.linalg.norm(U, axis=0), 1.0, atol=1e-6):
        raise UsageError(f"shape: found an array {U.shape}, expected unit columns (d, k)")
    return U


def _models(U: Array, x: Array, p: Array) -> tuple[Array, Array, Array]:
    """Weights, biases and densities of blocks with (norm, bias) in the rows of x."""
    lead = (len(x), U.shape[1])
    W = x[:, 0, None, None] * U
    return W, np.broadcast_to(x[:, 1:], lead), np.broadcast_to(p[:, None], lead)


def _lowest(U: Array, p: Array, scale: Array) -> Array:
    """(norm, bias) of the lowest end of all starts at each density, shape (densities, 2)."""
    # in units of the null loss the curvature along the bias grows as 1/p
    unit = np.stack([np.ones_like(p), np.sqrt(p)], axis=1)
    start = np.concatenate([point / unit for point in _STARTS])

    def objective(x: Array, problem: NDArray[np.intp]) -> tuple[Array, Array]:
        at = problem % len(p)
        W, b, densities = _models(U, x * unit[at], p[at])
        loss, dW, db = fixed_loss_and_gradient(W, b, densities, np.ones_like(b))
        slope = np.stack([np.sum(dW * U, axis=(1, 2)), np.sum(db, axis=1)], axis=1)
        return loss / scale[at], slope * unit[at] / scale[at, None]

    x, loss = minimise(objective, start, tolerance=_TOLERANCE, max_evaluations=_MAX_EVALUATIONS)
    ends = x.reshape(len(_STARTS), len(p), 2) * unit
    return ends[np.argmin(loss.reshape(len(_STARTS), -1), axis=0), np.arange(len(p))]
