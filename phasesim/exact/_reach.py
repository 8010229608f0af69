"""How far y = Σ_j G_ij x_j + b_i can go with bounded features."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from phasesim.exact._activity import Activity, Group, at_members
from phasesim.exact._output import Place
from phasesim.numerics import namespace

#: the period of the series, in lengths of the support
_WIDER = 1.125


def bounded(G: Any, b: Any, activity: Activity, low: float) -> Place:
    """Where the kink lies on the support of y for x in [low, 1].

    Args:
        G: Gram matrices, (..., contexts or 1, n, n).
        b: biases, (..., contexts or 1, n).
        activity: of the features.
        low: least value of an active feature.
    """
    xp = namespace(G)
    ends = []
    for choose in (xp.minimum, xp.maximum):
        reached = 0
        for group in activity.groups:
            found = None
            for p, value in _patterns(choose(low * G, G), group):
                possible = xp.where(p > 0, value, math.inf if choose is xp.minimum else -math.inf)
                found = possible if found is None else choose(found, possible)
            reached = reached + xp.sum(found, axis=0)
        ends.append(reached)
    length = ends[1] - ends[0]
    # an own feature that fills the period would hide the first terms
    period = xp.where(length > 0, _WIDER * length, 1)
    start = (b + ends[0]) / period
    inside = (start >= -1) & (start <= 0)
    return Place(period, inside.astype(G.dtype), (start > 0).astype(G.dtype))


def _patterns(values: Any, group: Group) -> Iterator[tuple[Any, Any]]:
    """Probability of each pattern, and its sum of values, (sets, ..., contexts or 1, n)."""
    at = list(at_members(values, -1, group))
    chance = namespace(group.chance).moveaxis(group.chance, -2, 0)
    shape = len(chance), *[1] * (at[0].ndim - 3), chance.shape[1], 1
    for k, active in enumerate(group.patterns):
        yield chance[..., k].reshape(shape), sum((at[j] for j in active), 0 * at[0])
