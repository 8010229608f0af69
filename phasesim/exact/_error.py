"""How far the truncated series can be from the exact loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from phasesim.exact._counts import bounded_several
from phasesim.exact._output import support
from phasesim.numerics import namespace


def tail_bound(G: Any, p: Any, importance: Any, n_waves: Any) -> Any:
    """Bound on the terms that the series leaves out of L, shape (...).

    For |θ| ≥ 2, |χ(θ)| ≤ 2/|θ| and |ψ(θ)| ≤ 2/|θ|; at the first frequency left out these bound
    every later term's characteristic function, and Σ_{k>K} k^-s ≤ K^{1-s}/(s-1).

    Args:
        G: Gram matrices, (..., n, n).
        p: densities, (..., n).
        importance: (..., n).
        n_waves: terms kept, a number or (...).
    """
    xp = namespace(G)
    n = G.shape[-1]
    apart = xp.asarray(1 - xp.eye(n), G.dtype)
    own, couplings = xp.sum(G * (1 - apart), axis=-1), G * apart
    others = xp.where(couplings != 0, p[..., None, :], 0)
    T, _ = support(own, couplings)
    K = xp.asarray(n_waves, G.dtype)[..., None]
    w = 2 * math.pi * K / T
    several = bounded_several(others, _at_most_one(2, w[..., None] * xp.abs(couplings)))
    mixed = 1 - p + p * _at_most_one(2, w * own)
    square = 4 * T * T * mixed / (2 * math.pi) ** 3 / (2 * K * K)
    first = 4 * T * p * _at_most_one(2, w * own, limit=0.5) / (2 * math.pi) ** 2 / K
    if n < 3:
        several = several * 0
    return xp.sum(importance * several * (square + first), axis=-1)


def rounding_estimate(G: Any, b: Any, p: Any, importance: Any) -> Any:
    """Estimate of the rounding of L, shape (...): one rounding of each mean square involved.

    Those are of the output with the bias alone, with one feature active, with all, and of the
    support's length in the event of several, as whose parts the series is summed.
    """
    xp = namespace(G)
    length = xp.sum(xp.abs(G), axis=-1)
    mean = xp.sum(p[..., None, :] * xp.abs(G), axis=-1)
    others = xp.broadcast_to(p[..., None, :], G.shape)
    several = bounded_several(others, xp.ones_like(G)) if G.shape[-1] > 2 else 0
    squares = (
        p
        + xp.maximum(b, 0) ** 2
        + xp.sum(p[..., None, :] * (xp.abs(b)[..., None] + xp.abs(G)) ** 2, axis=-1)
        + mean * mean
        + several * length * length / 12
    )
    return np.finfo(G.dtype).eps * xp.sum(importance * squares, axis=-1)


def _at_most_one(numerator: float, x: Any, limit: float = 1.0) -> Any:
    """min(limit, numerator / x), also at x = 0."""
    xp = namespace(x)
    return numerator / xp.maximum(x, numerator / limit)
