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
    xp = namespace(W)
    dot = xp.matmul if xp.__name__ == "numpy" else lambda x, y: xp.matmul(x, y, precision="highest")
    A = dot(xp.swapaxes(W, -1, -2), W) - xp.asarray(xp.eye(W.shape[-1]), W.dtype)
    mean, variance = mean[..., None, :], variance[..., None, :]
    r = xp.sum(A * mean, axis=-1) + b
    loss = xp.sum(importance * (xp.sum(A * A * variance, axis=-1) + r * r), axis=-1)
    M = 2 * importance[..., None] * (A * variance + r[..., None] * mean)
    return loss, dot(W, M + xp.swapaxes(M, -1, -2)), 2 * importance * r
