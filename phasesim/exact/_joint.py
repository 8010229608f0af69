"""Sums over independent sets of dependent features, built by adding one set at a time.

What is summed lies in an algebra: characteristic functions multiply as complex numbers, moments as
power series, bounds as numbers. The events that no, some and at least two coupled features are
active stay apart, so that a small probability is never the difference of large ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from phasesim.exact._activity import Activity, Group, at_members, in_order
from phasesim.exact._fold import fold
from phasesim.numerics import namespace

#: components (..., k) of an element; (1, 0, …) is the unit
Element = tuple[Any, ...]
Times = Callable[[Element, Element], Element]


class Features(NamedTuple):
    """What each output i takes from each feature j, with axes (..., contexts or 1, i, j, k).

    Attributes:
        live: 1 where a_ij is not 0, without the axis k.
        chi: the element of a_ij x_j.
        psi: the same weighted by x_j; empty where slopes are not wanted.
    """

    live: Any
    chi: Element
    psi: Element


class Sum(NamedTuple):
    """The law of z_i = Σ_j a_ij x_j in three events; axes (..., contexts, 2 states of i, i, k).

    Attributes:
        none: P(no coupled feature active), its last axis of length 1.
        some: of z where at least one is.
        several: of z where at least two are; empty where that is not wanted.
    """

    none: Any
    some: Element
    several: Element


def total(activity: Activity, features: Features, times: Times) -> tuple[Sum, list[Any]]:
    """The law of z, and what lies before each set, as `slopes` takes it."""
    carry, before = _nothing(activity, features), []
    for group in activity.groups:

        def step(carry: Sum, column: Any, group: Group = group) -> Any:
            return _together(carry, _one_set(group, *column[:3], times=times), times), carry[:2]

        carry, found = fold(step, carry, _columns(group, features))
        before.append(found)
    return carry, before


def slopes(
    activity: Activity, features: Features, before: list[Any], times: Times, paired: Any
) -> tuple[Any, Any]:
    """``paired`` of what multiplies ∂a_ij where coupled features beside j are active.

    Args:
        activity: of the features.
        features: as given to `total`.
        before: as returned by it.
        times: product of the algebra.
        paired: a linear function of an element, which sums over its last axis.

    Returns:
        It, and P(j active and no coupled feature beside it), both (..., contexts, 2, i, j).
    """
    carry, found = _nothing(activity, features)._replace(several=()), []
    for group, earlier in zip(reversed(activity.groups), reversed(before), strict=True):

        def step(carry: Sum, column: Any, group: Group = group) -> Any:
            *columns, psi, (none, some) = column
            rest = _together(carry, Sum(none, some, ()), times)
            after = _together(carry, _one_set(group, *columns, times=times), times)
            return after._replace(several=()), _beside(group, columns, psi, rest, times, paired)

        carry, here = fold(step, carry, (*_columns(group, features), earlier), reverse=True)
        if isinstance(here, list):
            here = tuple(namespace(v[0]).stack(v) for v in zip(*here, strict=True))
        found.insert(0, here)
    return tuple(in_order(activity.groups, [f[part::2] for f in found]) for part in (0, 1))


def _nothing(activity: Activity, features: Features) -> Sum:
    """The law of an empty sum, in full shape."""
    chance = activity.groups[0].by_state(features.live.shape[-1])[0, ..., 0]
    zero = 0 * (chance[..., None] + features.live[..., None, :, :1])
    full = tuple(zero + 0 * part[..., None, :, 0, :] for part in features.chi)
    return Sum(zero + 1, full, full)


def _columns(group: Group, features: Features) -> tuple[Any, ...]:
    """For each set the elements of its members, whether they are live, chances, and weighted."""
    n = features.live.shape[-1]
    live = tuple(v[..., None, :, None] for v in at_members(features.live, -1, group))
    chi, psi = (
        tuple(zip(*(_states(part, group) for part in parts), strict=True))
        for parts in (features.chi, features.psi)
    )
    return chi, live, group.by_state(n)[..., None, :], psi


def _states(part: Any, group: Group) -> Any:
    """One component at each position of the sets, with an axis for the two states."""
    return (v[..., None, :, :] for v in at_members(part, -2, group))


def _one_set(group: Group, chi: Any, live: Any, chance: Any, times: Times) -> Sum:
    none, some, several = 0, [0] * len(chi[0]), [0] * len(chi[0])
    for k, active in enumerate(group.patterns):
        p = chance[..., k]
        if not active:
            none = none + p
            continue
        element = _product([chi[j] for j in active], times)
        n_live = sum(live[j] for j in active)
        none, at_all = none + p * (n_live == 0), p * (n_live > 0)
        some = [s + at_all * e for s, e in zip(some, element, strict=True)]
        if len(active) > 1:
            twice = p * (n_live > 1)
            several = [s + twice * e for s, e in zip(several, element, strict=True)]
    return Sum(none, tuple(some), tuple(several))


def _together(x: Sum, y: Sum, times: Times) -> Sum:
    both = times(x.some, y.some)
    some, several = (
        tuple(x.none * v + y.none * u + w for u, v, w in zip(*parts, both, strict=False))
        for parts in ((x.some, y.some), (x.several, y.several))
    )
    return Sum(x.none * y.none, some, several)


def _beside(group: Group, columns: Any, psi: Any, rest: Sum, times: Times, paired: Any) -> Any:
    """What `slopes` returns for each position of a set, given the law of all other sets."""
    chi, live, chance = columns
    always = (rest.some[0] + rest.none, *rest.some[1:])
    found: list[Any] = []
    for position in range(len(chi)):
        element: list[Any] = [0] * len(always)
        alone: Any = 0
        for k, active in enumerate(group.patterns):
            if position not in active:
                continue
            others, p = [j for j in active if j != position], chance[..., k]
            n_live = sum((live[j] for j in others), 0)
            alone = alone + p * (n_live == 0) * rest.none
            # a live one in the same pattern makes it two whatever the other sets do
            law = [p * e for e in rest.some]
            if others:
                where, ready = namespace(always[0]).where, n_live > 0
                law = [p * where(ready, *both) for both in zip(always, rest.some, strict=True)]
                law = times(_product([chi[j] for j in others], times), tuple(law))
            element = [s + e for s, e in zip(element, law, strict=True)]
        found += [paired(times(psi[position], tuple(element))), alone[..., 0]]
    return tuple(found)


def _product(elements: list[Element], times: Times) -> Element:
    product = elements[0]
    for element in elements[1:]:
        product = times(product, element)
    return product
