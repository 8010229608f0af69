"""Whether a point where the gradient vanishes is a minimum or a saddle, and how near one is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.theory.exact import checked, population_loss_and_gradient

Array = NDArray[np.float64]

# balances the truncation of a central difference against the rounding of the gradient
_STEP = 1e-5
# eigenvalues are known to this, in units of the largest
_ACCURACY = 1e-6


def hessian_eigenvalues(
    W: ArrayLike, b: ArrayLike, *, density: ArrayLike, importance: ArrayLike
) -> Array:
    """Eigenvalues of the Hessian of the exact loss over W and b, in rising order.

    Central differences of the analytic gradient; good to about 1e-6 of the largest. Turning the
    hidden space costs nothing, so that m (m - 1)/2 of them vanish where W has rank m; a minimum
    has no eigenvalue clearly below 0, a saddle has one.

    Args:
        W: weights, shape (..., n_hidden, n_features).
        b: biases, shape (..., n_features).
        density: p in (0, 1], a scalar, or shape (..., n_features) or (..., 1).
        importance: I, a scalar, or shape (..., n_features) or (..., 1).

    Returns:
        Shape (..., n_hidden · n_features + n_features).

    Raises:
        UsageError: as `phasesim.population_loss`.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, for model and loss; the test is our own.

    >>> from phasesim.theory import optimum
    >>> W, b = optimum(2, 1, density=0.1, importance=1.0).params
    >>> bool(hessian_eigenvalues(W, b, density=0.1, importance=1.0)[0] > 0)
    True
    """
    H = _gradient_and_hessian(W, b, density, importance)[1]
    return np.asarray(np.linalg.eigvalsh(H), np.float64)


def remaining_loss(
    W: ArrayLike, b: ArrayLike, *, density: ArrayLike, importance: ArrayLike
) -> Array:
    """How far the exact loss is above that of the minimum nearby.

    ½ gᵀH⁻¹g, with g the gradient and H the Hessian over W and b, turns of the hidden space left
    out: the loss's second order expansion, hence good where little is left. Directions in which
    next to nothing bends count as bent by 1e-6 of the largest eigenvalue.

    Args:
        W: weights, shape (..., n_hidden, n_features).
        b: biases, shape (..., n_features).
        density: p in (0, 1], a scalar, or shape (..., n_features) or (..., 1).
        importance: I, a scalar, or shape (..., n_features) or (..., 1).

    Returns:
        Shape (...), summed over features; inf at saddles, 0 where the gradient vanishes.

    Raises:
        UsageError: as `phasesim.population_loss`.

    Reference:
        Boyd & Vandenberghe 2004, Convex Optimization, section 9.5: the Newton decrement.

    >>> from phasesim.theory import optimum, population_loss
    >>> best = optimum(2, 1, density=0.1, importance=1.0)
    >>> near = best.W + 1e-3, best.b
    >>> left = remaining_loss(*near, density=0.1, importance=1.0)
    >>> gained = population_loss(*near, density=0.1, importance=1.0) - best.loss
    >>> bool(abs(left / gained - 1) < 0.02)
    True
    """
    gradient, H = _gradient_and_hessian(W, b, density, importance)
    still = _without_turns(np.asarray(W, np.float64), len(H.T))
    values, vectors = np.linalg.eigh(still @ H @ still)
    along = np.einsum("...ij,...i->...j", vectors, gradient)
    least = _ACCURACY * np.max(np.abs(values), axis=-1)
    bent = np.maximum(values, least[..., None])
    # of a model whose outputs are all dead neither gradient nor curvature is left
    left = np.divide(along**2, 2 * bent, out=np.zeros_like(along), where=along != 0)
    return np.where(values[..., 0] < -least, np.inf, np.sum(left, axis=-1))[()]


def _without_turns(W: Array, size: int) -> Array:
    """Projection onto what changes G = WᵀW or b, (..., size, size).

    Beside a minimum the loss bends down along a turn, as the gradient turns with it.
    """
    m, n = W.shape[-2:]
    rows, columns = np.triu_indices(m, 1)
    turns = np.zeros((*W.shape[:-2], len(rows), size))
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        turns[..., k, i * n : i * n + n] = W[..., j, :]
        turns[..., k, j * n : j * n + n] = -W[..., i, :]
    return np.eye(size) - np.linalg.pinv(turns) @ turns


def _gradient_and_hessian(
    W: ArrayLike, b: ArrayLike, density: ArrayLike, importance: ArrayLike
) -> tuple[Array, Array]:
    """Over the entries of W and then b, shapes (..., size) and (..., size, size)."""
    W, b, p, importance = checked(W, b, density, importance)
    batch, (m, n) = W.shape[:-2], W.shape[-2:]
    point = np.concatenate([W.reshape(*batch, m * n), b], axis=-1)

    def gradient(points: Array) -> Array:
        lead = points.shape[:-1]
        _, dW, db = population_loss_and_gradient(
            points[..., : m * n].reshape(*lead, m, n), points[..., m * n :],
            density=p, importance=importance,
        )  # fmt: skip
        return np.concatenate([dW.reshape(*lead, m * n), db], axis=-1)

    columns = []
    for step in _STEP * np.eye(m * n + n):
        up, down = gradient(np.stack([point + step, point - step]))
        columns.append((up - down) / (2 * _STEP))
    H = np.stack(columns, axis=-1)
    return gradient(point), (H + np.swapaxes(H, -1, -2)) / 2
