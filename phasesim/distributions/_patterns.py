"""Which features are active together, and what follows from it.

A law is stated as hidden contexts, each with sets of features that are independent of each other,
each set with the patterns in which its members are active. Densities and joint probabilities are
sums over patterns, so this one statement serves moments, exact losses and tests alike.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from phasesim.errors import ConfigError
from phasesim.numerics import namespace

#: a feature by itself is silent or active
ALONE = np.array([[False], [True]])


class Patterns(NamedTuple):
    """One set of features: pattern k of its members is active with probability k.

    Attributes:
        members: feature indices.
        probabilities: shape (K,), summing to 1.
        masks: which members each pattern activates, bool (K, len(members)).
    """

    members: tuple[int, ...]
    probabilities: Any
    masks: np.ndarray


class Context(NamedTuple):
    """What holds in one hidden context.

    Attributes:
        weight: P(a sample is of this context).
        sets: independent within the context; together they hold every feature once.
    """

    weight: Any
    sets: list[Patterns]


def singletons(p: Any) -> list[Patterns]:
    """Features independent of each other, active with probabilities p of shape (n,)."""
    xp = namespace(p)
    table = xp.stack([1 - p, p], axis=1)
    return [Patterns((i,), table[i], ALONE) for i in range(p.shape[0])]


def consecutive(size: int, n_sets: int) -> list[tuple[int, ...]]:
    """Features 0 … size·n_sets - 1 in sets of one size."""
    return [tuple(range(k * size, (k + 1) * size)) for k in range(n_sets)]


def divided(n: int, by: int, field: str, what: str = "n_features") -> int:
    """The quotient of n by the number in a field, which has to divide it.

    Raises:
        ConfigError: it does not.
    """
    if n % by:
        raise ConfigError(field, f"found {by}", expected=f"a divisor of {what}, which is {n}")
    return n // by


def densities(contexts: list[Context]) -> Any:
    """P(feature i is active), shape (n,)."""
    return sum(weight * _in_order(sets, _singles(sets)) for weight, sets in contexts)


def joint(contexts: list[Context]) -> Any:
    """P(features i and j are both active), shape (n, n); densities on the diagonal."""
    return sum(weight * _joint(sets) for weight, sets in contexts)


def _joint(sets: list[Patterns]) -> Any:
    """The same within one context: a product where i and j are of different sets."""
    p = _in_order(sets, _singles(sets))
    xp = namespace(p)
    within = xp.concatenate([_pairs(s).ravel() for s in sets])
    position, first = np.full((len(p), len(p)), -1), 0
    for members, _, _ in sets:
        square = np.arange(len(members) ** 2).reshape(len(members), -1)
        position[np.ix_(members, members)] = first + square
        first += square.size
    return xp.where(position >= 0, within[np.maximum(position, 0)], p[:, None] * p[None, :])


def _in_order(sets: list[Patterns], values: list[Any]) -> Any:
    """Numbers of each set's members as one array over features."""
    order = np.argsort(np.concatenate([s.members for s in sets]))
    return namespace(values[0]).concatenate(values)[order]


def _singles(sets: list[Patterns]) -> list[Any]:
    return [_total(s.probabilities, s.masks) for s in sets]


def _pairs(s: Patterns) -> Any:
    return _total(s.probabilities, s.masks[:, :, None] & s.masks[:, None, :])


def _total(probabilities: Any, masks: np.ndarray) -> Any:
    """Sum of the probabilities of the patterns in which something holds."""
    shape = (-1,) + (1,) * (masks.ndim - 1)
    xp = namespace(probabilities)
    return xp.where(masks, probabilities.reshape(shape), 0).sum(axis=0)
