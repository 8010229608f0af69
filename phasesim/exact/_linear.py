"""Expected loss of the linear tied model: it needs means and variances only."""

from __future__ import annotations

from typing import Any

from phasesim.numerics import namespace


def linear_loss_and_gradient(W: Any, b: Any, mean: Any, variance: Any, importance: Any) -> Any:
    """L = Σ_i I_i E (x_i - (Gx + b)_i)², G = WᵀW, for independent features; ∂L/∂W and ∂L/∂b.

    With A = G - 1 and r = A mean + b: L = Σ_i I_i (Σ_j A_ij² Var x_j + r_i²).

    Args:
        W: (..., m, n).
        b: (..., n).
        mean: E x_j, (..., n).
        variance: Var x_j, (..., n).
        importance: (..., n).
    """
    variance = variance[..., None, :]
    return _with_gradient(W, b, mean, importance, lambda A: (A * A * variance, A * variance))


def dependent_loss_and_gradient(W: Any, b: Any, mean: Any, covariance: Any, importance: Any) -> Any:
    """The same for dependent features: L = Σ_i I_i ((A Σ Aᵀ)_ii + r_i²), Σ (..., n, n)."""

    def spread(A: Any) -> tuple[Any, Any]:
        by_A = _dot(A, covariance)
        return A * by_A, by_A

    return _with_gradient(W, b, mean, importance, spread)


def _with_gradient(W: Any, b: Any, mean: Any, importance: Any, spread: Any) -> Any:
    """Loss and gradient, given A -> a matrix that Var (A x)_i is the row sum of, and A Σ."""
    xp = namespace(W)
    A = _dot(xp.swapaxes(W, -1, -2), W) - xp.asarray(xp.eye(W.shape[-1]), W.dtype)
    mean = mean[..., None, :]
    r = xp.sum(A * mean, axis=-1) + b
    terms, by_A = spread(A)
    loss = xp.sum(importance * (xp.sum(terms, axis=-1) + r * r), axis=-1)
    M = 2 * importance[..., None] * (by_A + r[..., None] * mean)
    return loss, _dot(W, M + xp.swapaxes(M, -1, -2)), 2 * importance * r


def _dot(x: Any, y: Any) -> Any:
    xp = namespace(x)
    return xp.matmul(x, y) if xp.__name__ == "numpy" else xp.matmul(x, y, precision="highest")
