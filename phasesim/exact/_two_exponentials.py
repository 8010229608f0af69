"""The loss of an output with one other feature active, both values exponential.

With y = a x + d x_j + b: on either side of y = 0 given x_j, the mean over x is a polynomial in
c = b + d x_j, and below 0 one in c/a times e^{c/a}. Over x_j that crosses from one side to the
other at x_j = t = |b/d|, and beyond it has the law of x_j again, e^{-t} times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from phasesim.numerics import namespace

#: gains and couplings are at least this part of the largest number involved, so that the square
#: of a quotient is finite in single and double precision
_TINY, _TINIEST = 1e-12, 1e-30


def one_other(a: Any, b: Any, p: Any, coupling: Any) -> list[Any]:
    """`Smooth.one_other` of the exponential law."""
    xp = namespace(b)
    d, up = coupling, b >= 0
    scale = xp.abs(b) + xp.abs(d) + a
    least = xp.where(scale > 0, scale, 1) * (_TINIEST if b.dtype == np.float64 else _TINY)
    t = xp.abs(b) / xp.maximum(xp.abs(d), least)
    crossed = xp.where(up == (d < 0), xp.exp(-t), 0)
    crossed = xp.where(d != 0, crossed, 0)
    a_up = xp.maximum(a, least)
    tau = xp.abs(b) / a_up
    q = xp.exp(-tau)
    silent = _silent(b, d, up, crossed)
    # coefficients of powers of c above 0, and of e^{c/a}(c/a)^r below, beside a constant
    above = [(2 - 4 * a + 2 * a * a, 2 * a - 2, 1), (4 * a - 4, 2, 0), (2 * a - 2, 2, 0)]
    below = [(2 * a * a - 4 * a, 2 * a, 0), (4 * a - 4, 4 - 2 * a, -2), (2 * a - 2, 2, 0)]
    constant = [2, 0, 0]
    nu = a_up / (a_up + xp.abs(d))
    start_up, from_0_up = _above(b, d), _above(0 * b, d)
    start_down, from_0_down = _below(-tau, q, nu), _below(0 * b, 1 + 0 * b, nu)
    across = _rising(tau, t)
    dot = lambda f, m: sum(x * y for x, y in zip(f, m, strict=False))  # noqa: E731
    active = []
    for f, g, k in zip(above, below, constant, strict=True):
        beyond_down = dot(g, from_0_down[0]) + k - dot(f, from_0_up[0])
        falling = dot(f, start_up[0]) + crossed * beyond_down
        rising = k * (1 - crossed) + dot(g, across[0]) + crossed * dot(f, from_0_up[0])
        stays = k + dot(g, start_down[0])
        active.append(xp.where(up, falling, xp.where(d > 0, rising, stays)))
    f, g = above[2], below[2]
    both_up = t * dot(f, from_0_up[0]) + dot(f, from_0_up[1])
    both_down = t * dot(g, from_0_down[0]) + dot(g, from_0_down[1])
    falling = dot(f, start_up[1]) + crossed * (both_down - both_up)
    rising = dot(g, across[1]) + crossed * both_up
    active.append(xp.where(up, falling, xp.where(d > 0, rising, dot(g, start_down[1]))))
    return [(1 - p) * x + p * y for x, y in zip(silent, active, strict=True)]


def _silent(b: Any, d: Any, up: Any, crossed: Any) -> tuple[Any, ...]:
    """E (b + d x_j)_+², 0, and its derivatives by b and d."""
    xp = namespace(b)
    on = up.astype(b.dtype)
    # beyond the crossing the output turns off above 0, on below
    over = xp.where(up, -crossed, crossed)
    return (
        on * (b * b + 2 * b * d + 2 * d * d) + 2 * d * d * over,
        0 * b * d,
        on * 2 * (b + d) + 2 * d * over,
        on * (2 * b + 4 * d) + (4 * d - 2 * b) * over,
    )


def _above(b: Any, d: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """E c^r and E x_j c^r of c = b + d x_j, for r = 0 … 2."""
    return (1, b + d, b * b + 2 * b * d + 2 * d * d), (1, b + 2 * d, b * b + 4 * b * d + 6 * d * d)


def _below(start: Any, q: Any, nu: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """E e^u u^r and E x_j e^u u^r of u = c/a that starts below 0 and falls; e^start is q.

    With ν = a/(a + |d|): E e^{dx/a}(dx/a)^r = r! ν (ν - 1)^r.
    """
    m = nu - 1
    plain = (q * nu, q * nu * (start + m), q * nu * (start * start + 2 * start * m + 2 * m * m))
    return plain, (q * nu * nu, q * nu * nu * (start + 2 * m))


def _rising(tau: Any, t: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """∫ e^{-x} e^u u^r dx over [0, t], and of x times that; u = c/a rises from -τ to 0.

    With x = t - t s: u = -τ s, so these are e^{-t} t (-τ)^r ∫ s^r e^{-(τ - t)s} ds over [0, 1].
    """
    xp = namespace(tau)
    steep = tau - t
    g = _unit_integrals(xp.abs(steep))
    # from the other end where the exponential grows: s -> 1 - s
    forward = (g[0], g[1], g[2], g[0] - g[1], g[1] - g[2])
    back = (g[0], g[0] - g[1], g[0] - 2 * g[1] + g[2], g[1], g[1] - g[2])
    scale = xp.exp(-xp.minimum(tau, t)) * t
    found = [scale * xp.where(steep >= 0, x, y) for x, y in zip(forward, back, strict=True)]
    plain = (found[0], -tau * found[1], tau * tau * found[2])
    return plain, (t * found[3], -tau * t * found[4])


def _unit_integrals(x: Any) -> tuple[Any, Any, Any]:
    """∫ s^k e^{-xs} ds over [0, 1] for k = 0, 1, 2 and x ≥ 0."""
    xp = namespace(x)
    small = x < 1
    near, far = xp.where(small, x, 0), xp.where(small, 1, x)
    decayed = xp.exp(-far)
    found, recursion = [], -xp.expm1(-far) / far
    for k in range(3):
        taylor = 1.0 / (k + 19)
        for j in range(18, 0, -1):
            taylor = 1 / (k + j) - near * taylor / j
        found.append(xp.where(small, taylor, recursion))
        recursion = ((k + 1) * recursion - decayed) / far
    return tuple(found)
