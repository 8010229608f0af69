"""The part of an output's loss with two or more other features active, as a Fourier series.

Output i is (y + b)_+ with y = a x_i + z, z = Σ_j a_j x_j, on a support of known length T. On it
(y + b)_+^q is a polynomial plus a periodic Bernoulli function,

  (v)_+^q / q! = B_{q+1}(v + 1)/(q+1)! + Σ_{k≠0} e^{2πikv}/(2πik)^{q+1},   v = (y + b)/T,

so that its mean takes moments of y and the characteristic function of y at 2πk/T. The terms fall
as k^-3 times the characteristic function of two active features, k^-2.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from phasesim.exact._counts import Counts
from phasesim.exact._few import RowLoss, add
from phasesim.exact._moments import moments
from phasesim.exact._waves import Pair, Waves, characteristic, times, turned, waves
from phasesim.numerics import namespace


class Terms(NamedTuple):
    """Which terms of the series are computed.

    Attributes:
        n_waves: how many.
        chunk: how many at a time.
        slopes: whether the derivatives by the couplings are wanted too; they are 0 otherwise.
    """

    n_waves: int
    chunk: int
    slopes: bool = True


def several_active(
    a: Any, b: Any, p: Any, couplings: Any, others: Any, chance: Counts, terms: Terms
) -> RowLoss:
    """Loss of each output while at least two other features are active.

    Args:
        a: gain of the own feature, (..., n), ≥ 0.
        b: bias, (..., n).
        p: density of the own feature, (..., n).
        couplings: a_j, (..., n, n).
        others: density of feature j where output i depends on it, else 0, (..., n, n).
        chance: `counts` of ``others``.
        terms: of the series.
    """
    period, low = support(a, couplings)
    xp = namespace(b)
    start = (b + low) / period
    inside = ((start >= -1) & (start <= 0)).astype(b.dtype)
    always = (start > 0).astype(b.dtype)
    parts = [_polynomial(a, b, p, couplings, others, chance, period, inside, always)]
    for first in range(1, terms.n_waves + 1, terms.chunk):
        k = xp.arange(first, min(first + terms.chunk, terms.n_waves + 1)).astype(b.dtype)
        late = (k > terms.n_waves // 2).astype(b.dtype)
        parts.append(_waves(k, late, terms.slopes, a, b, p, couplings, others, period, inside))
    return add(*parts)


def support(a: Any, couplings: Any) -> tuple[Any, Any]:
    """Length of the support of y, 1 where it is a point, and the lower end of z's."""
    xp = namespace(a)
    length = a + xp.sum(xp.abs(couplings), axis=-1)
    return xp.where(length > 0, length, 1), xp.sum(xp.minimum(couplings, 0), axis=-1)


def _polynomial(
    a: Any, b: Any, p: Any, couplings: Any, others: Any, chance: Counts, T: Any, on: Any, full: Any
) -> RowLoss:
    """Mean of the polynomial part; where the output is always on, that is all there is.

    The loss is p/3 + E f(y + b) - 2p E x g(y + b) with f the square and g the first power;
    averaged over the own feature it is a cubic in z + b.
    """
    f3, f2, f1 = on / (3 * T), on / 2 + full, on * T / 6
    g2, g1, g0 = on / (2 * T), on / 2 + full, on * T / 12
    n3 = f3
    n2 = f2 + p * (1.5 * a * f3 - g2)
    n1 = f1 + p * (a * a * f3 + a * f2 - 4 / 3 * a * g2 - g1)
    n0 = p * (a**3 * f3 / 4 + a * a * f2 / 3 + a * (f1 - a * g2) / 2 - 2 / 3 * a * g1 - g0 + 1 / 3)
    values, slopes = moments(couplings, others, chance)
    # Taylor coefficients of the cubic at z = 0
    c0, c1, c2 = n0 + b * (n1 + b * (n2 + b * n3)), n1 + b * (2 * n2 + 3 * b * n3), n2 + 3 * b * n3
    loss = c0 * values[0] + c1 * values[1] + c2 * values[2] + n3 * values[3]
    by_bias = c1 * values[0] + 2 * c2 * values[1] + 3 * n3 * values[2]
    by_coupling = sum(c[..., None] * slope for c, slope in zip((c1, c2, n3), slopes, strict=True))
    d2 = p * 1.5 * f3
    d1 = p * (2 * a * f3 + f2 - 4 / 3 * g2)
    d0 = p * (3 / 4 * a * a * f3 + 2 / 3 * a * f2 + f1 / 2 - a * g2 - 2 / 3 * g1)
    by_own = (d0 + b * (d1 + b * d2)) * values[0] + (d1 + 2 * b * d2) * values[1] + d2 * values[2]
    return RowLoss(loss, by_own, by_bias, by_coupling, 0 * b)


def _waves(
    k: Any,
    late: Any,
    slopes: bool,
    a: Any,
    b: Any,
    p: Any,
    couplings: Any,
    others: Any,
    T: Any,
    inside: Any,
) -> RowLoss:
    """Terms k of the series; the last axis of what follows is k."""
    xp = namespace(b)
    n = others.shape[-1]
    own = waves((a / T)[..., None] * k)
    turns = (couplings / T[..., None])[..., None] * k
    other = waves(turns) if slopes else Waves(characteristic(turns), None, None)
    T, p, inside = T[..., None], p[..., None], inside[..., None]
    turn = turned((b[..., None] / T) * k)
    # i^-3 = i, i^-2 = -1, i^-1 = -i; the factor 2 is for the waves -k
    w = 2 * math.pi * k
    third, second, first = 2 * inside / w**3, 2 * inside / w**2, 2 * inside / w
    chi, psi, psi2 = own
    mixed = (1 - p + p * chi[0], p * chi[1])
    by_value = times(turn, (
        -2 * T * T * third * mixed[1] + 2 * T * p * second * psi[0],
        2 * T * T * third * mixed[0] + 2 * T * p * second * psi[1],
    ))  # fmt: skip
    by_shift = times(turn, (
        -2 * T * second * mixed[0] - 2 * p * first * psi[1],
        -2 * T * second * mixed[1] + 2 * p * first * psi[0],
    ))  # fmt: skip
    by_own = times(turn, (
        -2 * T * p * second * psi[0] - 2 * p * first * psi2[1],
        -2 * T * p * second * psi[1] + 2 * p * first * psi2[0],
    ))  # fmt: skip
    several, none, some = _several(others, other.chi)
    coupling = xp.zeros_like(others)
    if slopes:
        coupling = others * _slopes(others, other, none, some, by_shift)
    return RowLoss(
        _real(by_value, several),
        _real(by_own, several),
        _real(by_shift, several),
        coupling,
        _real(by_value, (late * several[0], late * several[1])),
    )


def _several(p: Any, chi: Pair) -> tuple[Pair, list[Any], list[Pair]]:
    """Characteristic function of z with at least two features active; and, over the features
    before each j, the probability of none and the characteristic function with some active."""
    zero = chi[0][..., 0, :] * 0
    none, some, several = [zero + 1], [(zero, zero)], (zero, zero)
    for j in range(p.shape[-1]):
        h, q = _active(p, chi, j), 1 - p[..., j, None]
        gained = times(h, some[j])
        several = (q * several[0] + gained[0], q * several[1] + gained[1])
        some.append(_with(some[j], none[j], h, q))
        none.append(none[j] * q)
    return several, none, some


def _slopes(p: Any, other: Waves, none: list[Any], some: list[Pair], by_shift: Pair) -> Any:
    """Σ_k Re(by_shift ψ_j f_j) with f_j of the features beside j with some active."""
    (after, none_after), found = (some[0], none[0]), []
    for j in reversed(range(p.shape[-1])):
        both = times(some[j], (after[0] + none_after, after[1]))
        beside = (both[0] + none[j] * after[0], both[1] + none[j] * after[1])
        psi = (other.psi[0][..., j, :], other.psi[1][..., j, :])
        found.append(_real(times(by_shift, psi), beside))
        q = 1 - p[..., j, None]
        after, none_after = _with(after, none_after, _active(p, other.chi, j), q), none_after * q
    return namespace(p).stack(found[::-1], axis=-1)


def _active(p: Any, chi: Pair, j: int) -> Pair:
    return p[..., j, None] * chi[0][..., j, :], p[..., j, None] * chi[1][..., j, :]


def _with(some: Pair, none: Any, h: Pair, q: Any) -> Pair:
    gained = times(h, (some[0] + none, some[1]))
    return q * some[0] + gained[0], q * some[1] + gained[1]


def _real(x: Pair, y: Pair) -> Any:
    """Σ_k Re(x_k y_k)."""
    return namespace(x[0]).sum(x[0] * y[0] - x[1] * y[1], axis=-1)
