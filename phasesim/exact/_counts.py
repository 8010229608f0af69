"""Probabilities of how many features are active, and their characteristic functions.

Everything is built by adding one feature at a time, so that a small probability is never the
difference of large ones.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from phasesim.exact._fold import fold, joined
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
    one, zero = xp.ones_like(p[..., 0]), xp.zeros_like(p[..., 0])

    def forward(carry: Any, column: Any) -> Any:
        several, none, some = carry
        (p,) = column
        several = (1 - p) * several + p * some
        return (several, *_with(none, some, p)), (none, some)

    def backward(carry: Any, column: Any) -> Any:
        (p,), (none, some) = column
        none_after, some_after = carry
        found = none * none_after, some * (none_after + some_after) + none * some_after
        return _with(*carry, p=p), found

    columns = (xp.moveaxis(p, -1, 0),)
    (several, none, _), before = fold(forward, (zero, one, zero), columns)
    _, found = fold(backward, (one, zero), (columns, before), reverse=True)
    pairs = zip(*found, strict=True) if isinstance(found, list) else found
    both = (joined(list(v) if isinstance(v, tuple) else v, xp) for v in pairs)
    return Counts(none, *both, several=several)


def _with(none: Any, some: Any, p: Any) -> tuple[Any, Any]:
    return (1 - p) * none, (1 - p) * some + p * (some + none)


def bounded_several(p: Any, bound: Any) -> Any:
    """Σ over sets of two or more features of P(exactly these active) · Π bound_j, (..., n)."""
    xp = namespace(p)
    one, zero = xp.ones_like(p[..., 0]), xp.zeros_like(p[..., 0])

    def step(carry: Any, column: Any) -> Any:
        several, single, none = carry
        active, q = column[0] * column[1], 1 - column[0]
        several = (q + active) * several + active * single
        return (several, q * single + active * none, q * none), none

    columns = tuple(xp.moveaxis(v, -1, 0) for v in (p, bound))
    return fold(step, (zero, zero, one), columns)[0][0]
