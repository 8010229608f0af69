"""The true optimum over weights and biases, by many starts of an exact descent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.metrics.phase import phase
from phasesim.theory._minimise import minimise
from phasesim.theory._starts import starts
from phasesim.theory.exact import (
    MOST_NESTED,
    fixed_loss_and_gradient,
    flat_loss_and_gradient,
)
from phasesim.theory.moments import null_loss

Array = NDArray[np.float64]

#: with more features the structures to start from are too many to try
MOST_FEATURES = 6

# of the loss in units of the null loss
_GRADIENT_TOLERANCE = 1e-9
# a series cut off has a gradient that is not quite that of its loss
_SERIES_TOLERANCE = 1e-6
_TIE = 1e-11
_MAX_EVALUATIONS = 400
# entries of W smaller than this are rounding, and do not decide a sign
_NOISE = 1e-6
# minimisations under way at once, so that a large grid needs no more memory than a small one
_PROBLEMS = 1 << 15


@dataclass(frozen=True)
class Optimum:
    """The best minimum found, for one setting or, with leading axes, for a grid of them."""

    W: Array
    """Weights, shape (..., n_hidden, n_features), turned so that W is upper triangular with the
    first entry of each row positive: rotations of the hidden space do not change the loss."""
    b: Array
    """Biases, shape (..., n_features)."""
    loss: Array
    """Expected loss summed over features, shape (...)."""
    phase: NDArray[np.int8]
    """Codes of `phasesim.metrics.phase`, shape (..., n_features)."""

    @property
    def params(self) -> tuple[Array, Array]:
        """(W, b)."""
        return self.W, self.b


def optimum(
    n_features: int, n_hidden: int, *, density: ArrayLike, importance: ArrayLike
) -> Optimum:
    """Global minimum of the exact expected loss over W and b.

    min_{W,b} Σ_i I_i E (x_i - (WᵀWx + b)_i,+)². Starts: every structure of dedicated, paired,
    polygonal and ignored features, copies of each with small changes, and random points; the
    lowest end counts. Deterministic.

    Args:
        n_features: n, at most 6.
        n_hidden: m.
        density: p, a scalar or shape (n_features,), in (0, 1].
        importance: I, a scalar or shape (n_features,), ≥ 0 with a positive sum.

    Returns:
        `Optimum` with ``.params``, ``.loss`` and ``.phase``.

    Raises:
        UsageError: n_features > 6, or an argument of the wrong shape or range.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", whose
        candidates have unit weights; here weights and biases are free.

    >>> best = optimum(2, 1, density=0.7, importance=1.0)
    >>> best.W.round(3), best.b.round(3), round(float(best.loss), 5)
    (array([[ 0.759, -0.759]]), array([0.329, 0.329]), 0.10811)
    """
    p = _array("density", density, n_features, scalar=True)
    weight = _array("importance", importance, n_features, scalar=True)
    for name, row in {"density": p, "importance": weight}.items():
        if row.ndim > 1:
            raise UsageError(f"{name}: found shape {row.shape}, expected one setting")
    return _search(n_features, n_hidden, p, weight)


def optimum_grid(
    n_features: int, n_hidden: int, *, density: ArrayLike, importance: ArrayLike
) -> Optimum:
    """`optimum` for many settings at once.

    Args:
        n_features: n, at most 6.
        n_hidden: m.
        density: p in (0, 1], one number a setting: shape (...).
        importance: I ≥ 0 with a positive sum, shape (..., n_features).

    Returns:
        `Optimum` whose arrays have the leading axes of ``density`` and ``importance``.

    Raises:
        UsageError: n_features > 6, or an argument of the wrong shape or range.

    Reference:
        As `optimum`.

    >>> grid = optimum_grid(2, 1, density=[0.1, 0.7], importance=[[1.0, 0.3]])
    >>> grid.phase
    array([[2, 2],
           [1, 0]], dtype=int8)
    """
    p = np.asarray(density, dtype=np.float64)[..., None]
    return _search(n_features, n_hidden, p, _array("importance", importance, n_features))


def _search(n: int, m: int, p: Array, weight: Array) -> Optimum:
    """Optimum of each setting; p and weight broadcast to (..., n)."""
    if not (1 <= n <= MOST_FEATURES) or m < 1:
        raise UsageError(
            f"n_features {n}, n_hidden {m}: expected 1 to {MOST_FEATURES} features "
            "and at least 1 hidden dimension"
        )
    if not np.all((p > 0) & (p <= 1)):
        raise UsageError("density: found a value outside (0, 1]")
    total = np.sum(weight, axis=-1)
    if not (np.all(weight >= 0) and np.all((total > 0) & (total < np.inf))):
        raise UsageError("importance: expected values ≥ 0 with a positive sum")
    try:
        shape = np.broadcast_shapes(p.shape, weight.shape, (n,))
    except ValueError:
        raise UsageError(
            f"leading axes do not fit each other: density {p.shape[:-1]}, "
            f"importance {weight.shape[:-1]}"
        ) from None
    cells = [np.broadcast_to(v, shape).reshape(-1, n) for v in (p, weight)]
    size = max(1, _PROBLEMS // len(starts(n, m).W))
    blocks = range(0, len(cells[0]), size)
    found = [_best(m, *(v[k : k + size] for v in cells)) for k in blocks]
    W, b, loss = (np.concatenate(parts) for parts in zip(*found, strict=True))
    W = _turned(W).reshape(*shape[:-1], m, n)
    return Optimum(W, b.reshape(shape), loss.reshape(shape[:-1])[()], phase(W))


def _best(m: int, p: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Lowest end of all starts for each of the cells, p and weight (cells, n)."""
    cells, n = p.shape
    scale = null_loss(density=p, importance=weight)
    # in units of the null loss the curvature along b grows as 1/p: b is searched in units of p^½
    unit = np.concatenate([np.ones((cells, m * n)), np.sqrt(p)], axis=1)
    points = starts(n, m).points(p) / unit
    # every start of every cell is a problem; problem k belongs to cell k % cells
    flat = points.reshape(-1, points.shape[-1])

    def objective(x: Array, problem: NDArray[np.intp]) -> tuple[Array, Array]:
        cell = problem % cells
        x = x * unit[cell]
        W, b = x[:, : m * n].reshape(-1, m, n), x[:, m * n :]
        loss, dW, db = fixed_loss_and_gradient(W, b, p[cell], weight[cell])
        gradient = np.concatenate([dW.reshape(len(x), -1), db], axis=1) * unit[cell]
        return loss / scale[cell], gradient / scale[cell, None]

    ends, losses = minimise(
        objective,
        flat,
        tolerance=_GRADIENT_TOLERANCE if n <= MOST_NESTED else _SERIES_TOLERANCE,
        max_evaluations=_MAX_EVALUATIONS,
    )
    losses = losses.reshape(-1, cells)
    # the first start within rounding of the lowest, so that ties do not depend on noise
    winner = np.argmax(losses <= np.min(losses, axis=0) + _TIE, axis=0)
    at = np.arange(cells)
    x = ends.reshape(points.shape)[winner, at] * unit
    W, b = x[:, : m * n].reshape(-1, m, n), x[:, m * n :]
    return W, b, flat_loss_and_gradient(W, b, p, weight)[0]


def _turned(W: Array) -> Array:
    """The same models turned in hidden space to their upper triangular form."""
    _, R = np.linalg.qr(W, mode="complete")
    first = np.argmax(np.abs(R) > _NOISE, axis=-1)[..., None]
    sign = np.where(np.take_along_axis(R, first, axis=-1) < 0.0, -1.0, 1.0)
    # + 0.0 turns -0.0 into 0.0
    return R * sign + 0.0


def _array(name: str, value: ArrayLike, n: int, scalar: bool = False) -> Array:
    """A float64 array whose last axis is the features."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 0 and scalar:
        return np.full(n, array)
    if array.ndim == 0 or array.shape[-1] != n:
        raise UsageError(f"{name}: found shape {array.shape}, expected the last axis to be {n}")
    return array
