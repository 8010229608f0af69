"""Expected loss and gradient of tied models, from the loss of each output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.exact._counts import counts
from phasesim.exact._few import RowLoss, add, none_active, one_active
from phasesim.exact._series import Terms, several_active
from phasesim.numerics import namespace


def row_losses(G: Any, b: Any, p: Any, terms: Terms) -> RowLoss:
    """E (x_i - (Σ_j G_ij x_j + b_i)_+)² of each output i and its derivatives.

    Args:
        G: Gram matrices, (..., n, n).
        b: biases, (..., n).
        p: densities, (..., n).
        terms: of the series.
    """
    xp = namespace(G)
    n = G.shape[-1]
    apart = xp.asarray(1 - xp.eye(n), G.dtype)
    own, couplings = xp.sum(G * (1 - apart), axis=-1), G * apart
    beside = p[..., None, :] * apart
    others = xp.where(couplings != 0, p[..., None, :], 0).astype(G.dtype)
    chance = counts(others)
    single = others * chance.none_but, beside * chance.none_but
    parts = [
        none_active(own, b, p, chance.none, n),
        one_active(own, b, p, couplings, *single),
    ]
    if n > 2:
        densities = p, others, beside
        parts.append(several_active(own, b, couplings, densities, chance, terms))
    return add(*parts)


def loss_and_gradient(W: Any, b: Any, p: Any, importance: Any, terms: Terms) -> Any:
    """L = Σ_i I_i L_i, ∂L/∂W and ∂L/∂b of models (..., m, n), and an estimate of the error of L.

    The estimate is Σ_i I_i |what the second half of the series adds to output i|.
    """
    return summed(W, importance, lambda G: row_losses(G, b, p, terms))


def summed(W: Any, importance: Any, rows_of: Callable[[Any], RowLoss]) -> Any:
    """The same from the loss of each output as a function of the Gram matrices G = WᵀW."""
    xp = namespace(W)
    transposed = xp.swapaxes(W, -1, -2)
    dot = xp.matmul if xp.__name__ == "numpy" else lambda x, y: xp.matmul(x, y, precision="highest")
    rows = rows_of(dot(transposed, W))
    diagonal = xp.asarray(xp.eye(W.shape[-1]), W.dtype)
    M = importance[..., None] * (rows.coupling + diagonal * rows.own[..., None])
    return (
        xp.sum(importance * rows.loss, axis=-1),
        dot(W, M + xp.swapaxes(M, -1, -2)),
        importance * rows.bias,
        xp.sum(importance * xp.abs(rows.last), axis=-1),
    )
