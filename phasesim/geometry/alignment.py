"""Solutions laid on one another: rotation, reflection, and the names of the features."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import orthogonal_procrustes
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from phasesim.errors import UsageError
from phasesim.geometry._matching import matching, sorted_rows
from phasesim.metrics import _columns

Array = NDArray[np.float64]
Order = NDArray[np.intp]

#: squared lengths relatively this close are equal up to rounding
_SAME = 1e-14

#: up to so many features all orders are tried
_TRIED_ALL = 6

#: up to so many features all swaps of two are tried
_SWAPPED = 32

#: Gram matrices are matched where entries agree to these shares of the largest
_GRAM_TOLERANCES = (1e-6, 0.05, 0.3)


@dataclass(frozen=True)
class Alignment:
    """Solutions laid on others; arrays have the leading shape of both.

    Attributes:
        W: rotation @ W[:, order], shape (..., m, n).
        rotation: orthogonal, shape (..., m, m).
        order: which feature of W stands at each place, shape (..., n).
        distance: ‖aligned W - to‖ (Frobenius), shape (...).
    """

    W: Array
    rotation: Array
    order: Order
    distance: Array


@_columns.quiet
def align(
    W: ArrayLike, to: ArrayLike, *, permute: bool = True, n_starts: int = 32, seed: int = 0
) -> Alignment:
    """Rotate, reflect and reorder W so that it lies on another solution.

    Minimises ‖Q W P - to‖ (Frobenius) over orthogonal Q and permutations P of features: exactly for
    up to 6 features, where all orders are tried. Beyond, rotation and order are improved in turn,
    by Procrustes and by assignment, and by swaps of two, from several starts: the order given, the
    order of similar Gram rows, equal Gram matrices, random rotations. Solutions that are equal are
    found to be; for others the distance is then an upper bound, loose for large n and m.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        to: what to lay them on; its leading shape broadcasts with that of W.
        permute: whether features may change places; False where importance or density tells them
            apart. Q alone is then found exactly.
        n_starts: random rotations to start from.
        seed: of these.

    Returns:
        `Alignment`, NaN where a weight of either is not finite.

    Raises:
        UsageError: W or ``to`` is not a real array of two or more dimensions, or their shapes do
            not agree.

    Reference:
        Schönemann 1966, A generalized solution of the orthogonal Procrustes problem; Elhage et
        al. 2022, Toy Models of Superposition, overlay solutions so.

    >>> found = align([[0.0, 1.0], [-3.0, 0.0]], to=[[1.0, 0.0], [0.0, 3.0]])
    >>> found.order.tolist(), float(found.distance)
    ([1, 0], 0.0)
    """
    W, to = _columns.weights(W), _columns.weights(to)
    if W.shape[-2:] != to.shape[-2:]:
        raise UsageError(
            f"to: found {to.shape[-2:]} hidden dimensions and features, expected {W.shape[-2:]}"
        )
    try:
        W, to = np.broadcast_arrays(W, to)
    except ValueError:
        raise UsageError(f"to: found shape {to.shape}, which does not go with {W.shape}") from None
    (*lead, m, n) = W.shape
    rotation, order = np.full((*lead, m, m), np.nan), np.zeros((*lead, n), np.intp)
    for at in np.ndindex(*lead):
        order[at] = np.arange(n)
        if np.isfinite(W[at]).all() and np.isfinite(to[at]).all():
            rotation[at], order[at] = _lay(W[at], to[at], permute, n_starts, seed)
    moved = rotation @ np.take_along_axis(W, order[..., None, :], axis=-1)
    return Alignment(moved, rotation, order, _length(moved - to))


def solution_distance(
    W1: ArrayLike, W2: ArrayLike, *, permute: bool = True, n_starts: int = 32, seed: int = 0
) -> Array:
    """How far two solutions are apart, whatever their rotation and the names of their features.

    min ‖Q W1 P - W2‖ (Frobenius) over orthogonal Q and permutations P, as found by `align` in both
    directions: 0 for the same solution, and the same for both orders of the arguments.

    Args:
        W1: weights, shape (..., n_hidden, n_features), dimensionless.
        W2: others; leading shapes broadcast, so that all pairs of seeds are one call.
        permute: whether features may change places.
        n_starts: random starts, as for `align`.
        seed: of these.

    Returns:
        Distances, shape (...), in units of W; NaN where a weight of either is not finite.

    Raises:
        UsageError: as for `align`.

    Reference:
        Schönemann 1966, A generalized solution of the orthogonal Procrustes problem.

    >>> float(solution_distance([[1.0, -1.0]], [[-1.0, 0.5]]))
    0.5
    """
    options = {"permute": permute, "n_starts": n_starts, "seed": seed}
    there, back = align(W1, W2, **options), align(W2, W1, **options)
    return np.minimum(there.distance, back.distance)


def _length(W: Array) -> Array:
    return np.linalg.norm(W, axis=(-2, -1))


def _lay(A: Array, B: Array, permute: bool, n_starts: int, seed: int) -> tuple[Array, Order]:
    """The best rotation and order."""
    scale = max(np.max(np.abs(A), initial=0.0), np.max(np.abs(B), initial=0.0)) or 1.0
    A, B = A / scale, B / scale
    n = A.shape[1]
    if not permute:
        order = np.arange(n)
    elif n <= _TRIED_ALL:
        orders = _all_orders(n)
        order = orders[np.argmax(_overlap(A.T[orders], B))]
    else:
        order = _searched(A, B, n_starts, seed)
    return _rotation(A[:, order], B), order


def _searched(A: Array, B: Array, n_starts: int, seed: int) -> Order:
    """The best order that any start leads to."""
    most, enough = -np.inf, (1 - _SAME) * (np.sum(A * A) + np.sum(B * B))
    for start in _starts(A, B, n_starts, seed):
        order, overlap = _climb(A, B, start)
        if overlap > most:
            best, most = order, overlap
        if 2 * most >= enough:
            break
    return best


def _starts(A: Array, B: Array, n_starts: int, seed: int) -> Iterator[Order]:
    """Orders of the columns of A to start from, the cheap and exact ones first."""
    yield np.arange(A.shape[1])
    grams = [w.T @ w for w in (A, B)]
    rows = [sorted_rows(G) for G in grams]
    yield linear_sum_assignment(cdist(rows[1], rows[0], "sqeuclidean"))[1]
    for tolerance in _GRAM_TOLERANCES:
        equal = matching(*grams, tolerance=tolerance * float(np.max(np.abs(grams[1]))))
        if equal is not None:
            yield equal
    for turn in np.random.default_rng(seed).normal(size=(n_starts, len(A), len(A))):
        yield _order(np.linalg.qr(turn)[0] @ A, B)


def _climb(A: Array, B: Array, order: Order) -> tuple[Order, float]:
    """Rotation and order in turn, and swaps of two features, as long as the overlap grows."""
    overlap = float(_overlap(A.T[order], B))
    i, j = np.triu_indices(len(order) if len(order) <= _SWAPPED else 0, 1)
    while True:
        moved = [_order(_rotation(A[:, order], B) @ A, B)]
        # after a swap of two the rotation has to be found anew, which is why it can still help
        swapped = np.repeat(order[None], len(i), axis=0)
        rows = np.arange(len(i))
        swapped[rows, i], swapped[rows, j] = order[j], order[i]
        others = np.concatenate([moved, swapped])
        overlaps = _overlap(A.T[others], B)
        best = int(np.argmax(overlaps))
        if not overlaps[best] > (1 + _SAME) * overlap:
            return order, overlap
        order, overlap = others[best], float(overlaps[best])


@functools.lru_cache(maxsize=_TRIED_ALL + 1)
def _all_orders(n: int) -> Order:
    return np.array(list(itertools.permutations(range(n))), dtype=np.intp)


def _overlap(rows: Array, B: Array) -> Array:
    """max_Q tr(B (Q A)ᵀ) for A with these rows (..., n, m) as columns: a nuclear norm."""
    return np.sum(np.linalg.svd(B @ rows, compute_uv=False), axis=-1)


def _rotation(A: Array, B: Array) -> Array:
    """Orthogonal Q with the least ‖Q A - B‖."""
    return orthogonal_procrustes(A.T, B.T)[0].T


def _order(A: Array, B: Array) -> Order:
    """Order of the columns of A with the least ‖A[:, order] - B‖."""
    return linear_sum_assignment(-(B.T @ A))[1]
