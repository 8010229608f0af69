"""Probabilities of how many features are active, and their characteristic functions.

Everything is built by adding one feature at a time, so that a small probability is never the
difference of large ones.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from phasesim.numerics import namespace


class Counts(NamedTuple):
    """For each output i, over the features j that its value depends on.

    Attributes:
        none: P(none active), (..., n).
        none_but: P(none active but possibly j), (..., n, n).
        some_but: P(at least one active beside j), (..., n, n).
        several: P(at least two active), (..., n).
    """

    none: Any
    none_but: Any
    some_but: Any
    several: Any


def counts(p: Any) -> Counts:
    """Probabilities from densities p (..., n, n); p_ij = 0 where i does not depend on j."""
    xp = namespace(p)
    n = p.shape[-1]
    before, several = [(xp.ones_like(p[..., 0]), xp.zeros_like(p[..., 0]))], 0.0
    for j in range(n):
        none, some = before[-1]
        several = (1 - p[..., j]) * several + p[..., j] * some
        before.append(_add(none, some, p[..., j]))
    none_but, some_but = [], []
    after = before[0]
    for j in reversed(range(n)):
        none, some = before[j]
        none_but.append(none * after[0])
        some_but.append(some * (after[0] + after[1]) + none * after[1])
        after = _add(*after, p[..., j])
    stacked = (xp.stack(v[::-1], axis=-1) for v in (none_but, some_but))
    return Counts(before[-1][0], *stacked, several)


def _add(none: Any, some: Any, p: Any) -> tuple[Any, Any]:
    return (1 - p) * none, (1 - p) * some + p * (some + none)


def bounded_several(p: Any, bound: Any) -> Any:
    """Σ over sets of two or more features of P(exactly these active) · Π bound_j, (..., n)."""
    several, some, none = 0.0, 0.0, 1.0
    for j in range(p.shape[-1]):
        active, q = p[..., j] * bound[..., j], 1 - p[..., j]
        several = (q + active) * several + active * some
        some, none = q * some + active * none, q * none
    return several
