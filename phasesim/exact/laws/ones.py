"""Always exactly 1."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from phasesim.exact._activity import Activity
from phasesim.exact._few import RowLoss, add
from phasesim.exact._law import Law
from phasesim.exact._series import Terms
from phasesim.numerics import namespace

#: patterns whose outputs are held at once
_HELD = 1 << 14


class Ones(Law):
    """x = 1: y takes one value a pattern of activity, all of which are enumerated.

    A series would fall off no faster than k⁻¹, like that of a step.
    """

    most_patterns = _HELD

    def rows(self, G: Any, b: Any, activity: Activity, terms: Terms) -> RowLoss:
        sets = [(g, s) for g in activity.groups for s in range(len(g.members))]
        held, size, n = 0, 1, G.shape[-1]
        while held < len(sets) and size * len(sets[held][0].patterns) <= _HELD:
            size *= len(sets[held][0].patterns)
            held += 1
        x, chance = _joint(sets[:held], n, G.dtype)
        rest, others = _joint(sets[held:], n, G.dtype)
        # for every combination of the last sets those of the first at once
        parts = (
            _enumerated(G, b, x + row, chance * others[..., k, None], terms.slopes)
            for k, row in enumerate(rest)
        )
        return functools.reduce(add, parts)

    def tail(self, G: Any, b: Any, activity: Activity, n_waves: int) -> Any:
        return 0 * (b + activity.weight[:, None])

    def rounding(self, G: Any, b: Any, activity: Activity) -> Any:
        xp, p = namespace(G), activity.density
        size, bias = xp.abs(G), xp.abs(b)
        mean = bias + xp.sum(p[..., None, :] * size, axis=-1)
        square = 3 * p + mean * (bias + xp.sum(size, axis=-1))
        return np.finfo(G.dtype).eps * square


def _joint(sets: list[Any], n: int, dtype: Any) -> tuple[np.ndarray, Any]:
    """Every combination of the sets' patterns, (N, n), and its probability, (contexts, N)."""
    x, chance = np.zeros((1, n)), np.ones((1, 1, 1), dtype)
    for group, s in sets:
        at, new = group.members[s], np.zeros((len(group.patterns), n))
        for k, active in enumerate(group.patterns):
            new[k, at[list(active)]] = 1
        x = (x[:, None] + new).reshape(-1, n)
        grown = chance * (group.chance[:, s, None, :] * group.factor)
        chance = grown.reshape(len(grown), -1)[..., None]
    return x, chance[..., 0]


def _enumerated(G: Any, b: Any, x: np.ndarray, chance: Any, slopes: bool) -> RowLoss:
    """Part of the loss of each output in which x (N, n) is one of the values of the input."""
    xp = namespace(G)
    dot = xp.matmul if xp.__name__ == "numpy" else lambda u, v: xp.matmul(u, v, precision="highest")
    x = x.astype(G.dtype)
    y = dot(x, xp.swapaxes(G, -1, -2)) + b[..., None, :]
    error = xp.maximum(y, 0) - x
    weighted = chance[..., None] * error
    loss = xp.sum(weighted * error, axis=-2)
    if not slopes:
        return RowLoss(loss, 0 * loss, 0 * loss, 0 * (loss[..., None] * G), 0 * loss)
    slope = 2 * xp.where(y > 0, weighted, 0)
    by_gram = dot(xp.swapaxes(slope, -1, -2), x)
    own = xp.sum(slope * x, axis=-2)
    apart = xp.asarray(1 - xp.eye(G.shape[-1]), G.dtype)
    return RowLoss(loss, own, xp.sum(slope, axis=-2), by_gram * apart, 0 * loss)
