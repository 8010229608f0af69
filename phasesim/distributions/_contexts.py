"""What laws with a hidden context have in common: it decides which features can be active."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.distributions._base import SPACING, Distribution, per_feature
from phasesim.distributions._patterns import Context, singletons
from phasesim.errors import ConfigError
from phasesim.fields import swept
from phasesim.numerics import namespace
from phasesim.parts import specs

#: the block of a feature that no context owns
SHARED = -1


class Contexts(Distribution):
    """Every sample has one hidden context; given it, features are independent.

    A feature is active with probability density where the context owns its block, and with
    `outside` elsewhere. Number n of a sample decides the context, number i feature i, so that
    activities and values are those of sparse_uniform with the context's densities.
    """

    density: float
    weights: Any

    def count(self) -> int:
        """How many contexts there are."""
        raise AttributeError(f"{type(self).__name__} does not know its contexts")

    def blocks(self, n: int) -> np.ndarray:
        """The context that owns each feature, or SHARED: int (n,)."""
        raise AttributeError(f"{type(self).__name__} does not know its blocks")

    def outside(self, n: int) -> Any:
        """P(feature i is active) where another context owns it, shape (n,)."""
        raise AttributeError(f"{type(self).__name__} does not know its densities")

    def check(self) -> None:
        if isinstance(self.weights, tuple) and len(self.weights) != self.count():
            one = specs(self)["weights"].one_per
            raise ConfigError(
                "weights",
                f"found {len(self.weights)} numbers",
                expected=f"one for each of the {self.count()} {one}s",
            )

    def check_for(self, experiment: Any) -> None:
        self.blocks(experiment.n_features)

    def context_weights(self) -> Any:
        """P(a sample is of each context), shape (count,), summing to 1."""
        xp, count = namespace(self.weights), self.count()
        w = xp.asarray(self.weights)
        if w.ndim == 0:
            w = xp.where(xp.arange(count) == count - 1, w, 1)
        return w / w.sum()

    def n_uniforms(self, n: int) -> int:
        return n + 1

    def from_uniform(self, u: Any, n: int) -> Any:
        xp = namespace(u)
        inside, outside = per_feature(self.density, n)[:, None], self.outside(n)[:, None]
        edges = namespace(self.weights).cumsum(self.context_weights())[:-1]
        context = (u[n] >= edges[:, None]).sum(axis=0)
        own = context == self.blocks(n)[:, None]
        inverse = 1 / namespace(outside).maximum(outside, SPACING)
        value = self.amplitude.quantile(u[:n] * xp.where(own, 1 / inside, inverse))
        return xp.where(u[:n] < xp.where(own, inside, outside), value, 0)

    def activity(self, n: int) -> list[Context]:
        inside, outside, blocks = per_feature(self.density, n), self.outside(n), self.blocks(n)
        xp, weight = namespace(outside), self.context_weights()
        return [
            Context(weight[k], singletons(xp.where(blocks == k, inside, outside)))
            for k in range(self.count())
        ]

    def groups(self, n: int) -> list[list[int]]:
        blocks = self.blocks(n)
        if self.count() == 1:
            return [[i] for i in range(n)]
        owned, shared = np.flatnonzero(blocks != SHARED), np.flatnonzero(blocks == SHARED)
        return [owned.tolist(), *([i] for i in shared.tolist())]


def weights(of: str) -> Any:
    """The field that says how often each context is met."""
    doc = f"of the {of}s, relative: a list, or a number for the last beside 1 for each other"
    return swept(1.0, doc, low=0, open_low=True, listed=of)
