"""Which features are active together, as arrays: sets of one shape and contexts side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from phasesim.numerics import namespace


class Group(NamedTuple):
    """Sets of features that are independent of each other and have the same patterns.

    Attributes:
        members: the features of each set, int (sets, size).
        patterns: the positions in a set that each pattern activates.
        chance: probability of each pattern, (contexts, sets, patterns).
        factor: of each pattern, (patterns,), by which sums over patterns are to be multiplied.
    """

    members: np.ndarray
    patterns: tuple[tuple[int, ...], ...]
    chance: Any
    factor: Any = 1

    def by_state(self, n: int) -> Any:
        """`chance` · factor with feature i silent and with it active, for each output i.

        Returns:
            (sets, contexts, 2, n, patterns). A set that i is not of has its own in both states.
        """
        own = np.arange(n)[:, None, None] == self.members[:, None, None, :]
        masks = np.array([[k in p for k in range(own.shape[-1])] for p in self.patterns])
        active, elsewhere = (own & masks).any(axis=-1), ~own.any(axis=-1)
        state = np.stack([~active, active | elsewhere], axis=1).astype(self.chance.dtype)
        state = state[:, None] * self.factor
        return namespace(self.chance).moveaxis(self.chance, -2, 0)[:, :, None, None] * state


class Activity(NamedTuple):
    """Hidden contexts whose sets have the same shapes; each feature is in one set.

    Attributes:
        weight: probability of each context, (contexts,).
        groups: together they hold every feature once.
    """

    weight: Any
    groups: tuple[Group, ...]

    @property
    def n_patterns(self) -> int:
        """How many patterns all features together have."""
        return math.prod(len(g.patterns) ** len(g.members) for g in self.groups)

    @property
    def density(self) -> Any:
        """P(feature i is active) in each context, (contexts, n)."""
        found = []
        for g in self.groups:
            masks = [[k in p for p in g.patterns] for k in range(g.members.shape[1])]
            xp = namespace(g.chance)
            one = (xp.sum(g.chance * np.array(m, g.chance.dtype), axis=-1) for m in masks)
            found.append([xp.moveaxis(p, -1, 0) for p in one])
        return in_order(self.groups, found)

    def counted(self, factor: complex) -> Activity:
        """The same with each pattern multiplied by factor^(how many features it activates)."""
        groups = (
            g._replace(factor=np.array([factor ** len(p) for p in g.patterns])) for g in self.groups
        )
        return self._replace(groups=tuple(groups))


def activities(contexts: Any, dtype: Any) -> list[Activity]:
    """Arrays of what ``distribution.activity(n)`` returns: a list of (weight, sets).

    ``sets`` is a list of (members, probabilities, masks), the masks bool (patterns, members).
    """
    alike: dict[Any, list[Any]] = {}
    for weight, sets in contexts:
        shape = tuple((tuple(members), _patterns(masks)) for members, _, masks in sets)
        alike.setdefault(shape, []).append((weight, [chance for _, chance, _ in sets]))
    return [_stacked(shape, found, dtype) for shape, found in alike.items()]


def _patterns(masks: Any) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(np.flatnonzero(mask).tolist()) for mask in np.asarray(masks))


def _stacked(shape: Any, found: list[Any], dtype: Any) -> Activity:
    values = [w for w, _ in found] + [c for _, chances in found for c in chances]
    xp = {namespace(v).__name__: namespace(v) for v in values}.get("jax.numpy", np)
    groups = []
    for size, patterns in dict.fromkeys((len(m), p) for m, p in shape):
        at = [s for s, (m, p) in enumerate(shape) if (len(m), p) == (size, patterns)]
        chance = [xp.stack([xp.asarray(chances[s], dtype) for s in at]) for _, chances in found]
        groups.append(Group(np.array([shape[s][0] for s in at]), patterns, xp.stack(chance)))
    return Activity(xp.stack([xp.asarray(w, dtype) for w, _ in found]), tuple(groups))


def at_members(x: Any, axis: int, group: Group) -> Iterator[Any]:
    """For each position in a set the entries of ``x`` at the features there; sets first."""
    first = namespace(x).moveaxis(x, axis, 0)
    for position in range(group.members.shape[1]):
        yield first[group.members[:, position]]


def in_order(groups: tuple[Group, ...], found: list[Any]) -> Any:
    """Undo `at_members`: of each group the arrays (sets, ...) of each position, as (..., n)."""
    xp = namespace(found[0][0])
    order = np.concatenate([g.members.T.ravel() for g in groups])
    values = xp.concatenate([v for positions in found for v in positions])
    return xp.moveaxis(values[np.argsort(order)], 0, -1)
