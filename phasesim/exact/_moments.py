"""Moments of z = Σ_j a_j x_j over the event that at least two of the features are active."""

from __future__ import annotations

from typing import Any, NamedTuple

from phasesim.exact._counts import Counts
from phasesim.numerics import namespace


class Moments(NamedTuple):
    """E z^r over the event, r = 0 … 3, each (..., n), and their derivatives by a_j, (..., n, n)."""

    values: tuple[Any, Any, Any, Any]
    slopes: tuple[Any, Any, Any]


def moments(a: Any, p: Any, beside: Any, chance: Counts) -> Moments:
    """Moments and slopes for couplings a (..., n, n) with densities p, 0 where not coupled.

    Slopes take ``beside``, the densities also of features that are not coupled.

    Sums over distinct features are power sums less their diagonals; the terms of a single
    feature carry P(at least one other active), so that nothing of order p is subtracted.
    """
    xp = namespace(a)
    total = lambda x: xp.sum(x, axis=-1)  # noqa: E731
    shared = p * chance.some_but
    m1, m2 = p * a / 2, p * a * a / 3
    sum1, sum2 = total(m1), total(m2)
    square, cube, mixed = total(m1 * m1), total(m1**3), total(m1 * m2)
    values = (
        chance.several,
        total(shared * a) / 2,
        total(shared * a * a) / 3 + sum1 * sum1 - square,
        total(shared * a**3) / 4
        + 3 * (sum1 * sum2 - mixed)
        + (sum1**3 - 3 * sum1 * square + 2 * cube),
    )
    rest1, rest2 = sum1[..., None] - m1, sum2[..., None] - m2
    shared = beside * chance.some_but
    pairs = rest1 * rest1 - (square[..., None] - m1 * m1)
    slopes = (
        shared / 2,
        2 / 3 * a * shared + beside * rest1,
        3 / 4 * a * a * shared + beside * (2 * a * rest1 + 3 / 2 * (rest2 + pairs)),
    )
    return Moments(values, slopes)
