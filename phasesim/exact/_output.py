"""One output as a function of z: where it kinks, its polynomial and its periodic part.

Output i is (y + b)_+ with y = a x_i + z, z = Σ_j a_j x_j, on a support of known length T. On it
(y + b)_+^q is a polynomial plus a periodic Bernoulli function,

  (v)_+^q / q! = B_{q+1}(v + 1)/(q+1)! + Σ_{k≠0} e^{2πikv}/(2πik)^{q+1},   v = (y + b)/T.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from phasesim.exact._waves import Pair, Waves, times, turned, waves
from phasesim.numerics import namespace


class Place(NamedTuple):
    """Where the kink y = -b lies.

    Attributes:
        period: T, the length of the support of y.
        inside: 1 where the kink is on the support, else 0.
        always: 1 where all of the support is above it.
    """

    period: Any
    inside: Any
    always: Any


def placed(a: Any, b: Any, couplings: Any) -> Place:
    """`Place` of each output."""
    period, low = support(a, couplings)
    start = (b + low) / period
    return Place(
        period,
        ((start >= -1) & (start <= 0)).astype(b.dtype),
        (start > 0).astype(b.dtype),
    )


def support(a: Any, couplings: Any) -> tuple[Any, Any]:
    """Length of the support of y, 1 where it is a point, and the lower end of z's."""
    xp = namespace(a)
    length = a + xp.sum(xp.abs(couplings), axis=-1)
    return xp.where(length > 0, length, 1), xp.sum(xp.minimum(couplings, 0), axis=-1)


class Cubic(NamedTuple):
    """Taylor coefficients at z = 0 of the polynomial part, averaged over the own feature.

    Attributes:
        value: of the loss, four.
        own: of its derivative by a, three.
    """

    value: tuple[Any, Any, Any, Any]
    own: tuple[Any, Any, Any]


def cubic(a: Any, b: Any, p: Any, place: Place) -> Cubic:
    """The polynomial part as a function of z; where the output is always on, that is all there is.

    The loss is p/3 + E f(y + b) - 2p E x g(y + b), f the square and g the first power.
    """
    T, on = place.period, place.inside
    f3, f2, f1 = on / (3 * T), on / 2 + place.always, on * T / 6
    g2, g1, g0 = on / (2 * T), on / 2 + place.always, on * T / 12
    n3 = f3
    n2 = f2 + p * (1.5 * a * f3 - g2)
    n1 = f1 + p * (a * a * f3 + a * f2 - 4 / 3 * a * g2 - g1)
    n0 = p * (a**3 * f3 / 4 + a * a * f2 / 3 + a * (f1 - a * g2) / 2 - 2 / 3 * a * g1 - g0 + 1 / 3)
    d2 = p * 1.5 * f3
    d1 = p * (2 * a * f3 + f2 - 4 / 3 * g2)
    d0 = p * (3 / 4 * a * a * f3 + 2 / 3 * a * f2 + f1 / 2 - a * g2 - 2 / 3 * g1)
    return Cubic(
        (n0 + b * (n1 + b * (n2 + b * n3)), n1 + b * (2 * n2 + 3 * b * n3), n2 + 3 * b * n3, n3),
        (d0 + b * (d1 + b * d2), d1 + 2 * b * d2, d2),
    )


class Integrands(NamedTuple):
    """What the terms of the series are, but for the characteristic function of z."""

    loss: Pair
    shift: Pair
    own: Pair


def integrands(
    k: Any, a: Any, b: Any, p: Any, place: Place, integrals: Callable[[Any], Waves] = waves
) -> Integrands:
    """Terms k of the loss and of its derivatives by b and a; the last axis is k."""
    chi, psi, psi2 = integrals((a / place.period)[..., None] * k)
    turn = turned((b / place.period)[..., None] * k)
    T, p, inside = place.period[..., None], p[..., None], place.inside[..., None]
    # i^-3 = i, i^-2 = -1, i^-1 = -i; the factor 2 is for the waves -k
    w = 2 * math.pi * k
    third, second, first = 2 * inside / w**3, 2 * inside / w**2, 2 * inside / w
    mixed = (1 - p + p * chi[0], p * chi[1])
    loss = (
        -2 * T * T * third * mixed[1] + 2 * T * p * second * psi[0],
        2 * T * T * third * mixed[0] + 2 * T * p * second * psi[1],
    )
    shift = (
        -2 * T * second * mixed[0] - 2 * p * first * psi[1],
        -2 * T * second * mixed[1] + 2 * p * first * psi[0],
    )
    own = (
        -2 * T * p * second * psi[0] - 2 * p * first * psi2[1],
        -2 * T * p * second * psi[1] + 2 * p * first * psi2[0],
    )
    return Integrands(*(times(turn, v) for v in (loss, shift, own)))
