"""Characteristic functions of sums of features, built by adding one feature at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

from phasesim.exact._fold import fold, joined
from phasesim.exact._waves import Pair, Waves, times
from phasesim.numerics import namespace


class Before(NamedTuple):
    """Over the features before each j: P(none active), and the rest's characteristic function."""

    none: Any
    some: Pair


def several(p: Any, chi: Pair) -> tuple[Pair, Any]:
    """Characteristic function of z in the event that at least two features are active.

    Args:
        p: densities of the features that output i depends on, else 0, (..., n, n).
        chi: characteristic functions of a_j x_j, (..., n, n, k).

    Returns:
        The function, (..., n, k); and what lies before each j, as `slopes` takes it.
    """
    zero = 0 * chi[0][..., 0, :]

    def step(carry: Any, column: Any) -> Any:
        found, before = carry
        q, h = 1 - column[0], _active(column)
        gained = times(h, before.some)
        found = (q * found[0] + gained[0], q * found[1] + gained[1])
        return (found, _with(before, h, q)), before

    start = ((zero, zero), Before(zero + 1, (zero, zero)))
    (found, _), before = fold(step, start, _columns(p, chi))
    return found, before


def slopes(p: Any, other: Waves, before: Any, by_shift: Pair) -> Any:
    """Σ_k Re(by_shift ψ_j f_j), (..., n, n), f_j of the features beside j with some active."""
    xp = namespace(p)
    zero = 0 * by_shift[0]

    def step(after: Any, column: Any) -> Any:
        active, psi, before = column
        both = times(before.some, (after.some[0] + after.none, after.some[1]))
        beside = (both[0] + before.none * after.some[0], both[1] + before.none * after.some[1])
        found = real(times(by_shift, psi), beside)
        return _with(after, _active(active), 1 - active[0]), found

    columns = (_columns(p, other.chi), _columns(p, other.psi)[1:], before)
    _, found = fold(step, Before(zero + 1, (zero, zero)), columns, reverse=True)
    return joined(found, xp)


def real(x: Pair, y: Pair) -> Any:
    """Σ_k Re(x_k y_k)."""
    return namespace(x[0]).sum(x[0] * y[0] - x[1] * y[1], axis=-1)


def _columns(p: Any, pair: Pair) -> tuple[Any, Any, Any]:
    """p_j and a pair for each j, leading axis."""
    xp = namespace(p)
    return xp.moveaxis(p, -1, 0)[..., None], *(xp.moveaxis(part, -2, 0) for part in pair)


def _active(column: tuple[Any, Any, Any]) -> Pair:
    return column[0] * column[1], column[0] * column[2]


def _with(before: Before, h: Pair, q: Any) -> Before:
    """One feature more, inactive with probability q and with characteristic function h."""
    gained = times(h, (before.some[0] + before.none, before.some[1]))
    some = (q * before.some[0] + gained[0], q * before.some[1] + gained[1])
    return Before(q * before.none, some)
