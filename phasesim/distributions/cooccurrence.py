"""Pairs of features from mutually exclusive to always together."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.amplitudes._base import Amplitude
from phasesim.distributions._base import SPACING, Distribution, amplitude, density
from phasesim.distributions._patterns import Context, Patterns, singletons
from phasesim.fields import swept
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Lewontin 1964, The Interaction of Selection and Linkage (D'); Elhage et al. 2022")
class cooccurrence(Distribution):
    """Features 0 and 1, 2 and 3, … are pairs of density p each; an odd last one is alone.

    P(both) = p² + D with D = c p (1 - p) for c = correlation ≥ 0 and D = c min(p, 1 - p)² below:
    c = -1 is as exclusive as p allows (never together for p ≤ 1/2), 0 independent, 1 always
    together. c is the share of the largest possible covariance of that sign (Lewontin's D'), so
    every c goes with every p; for c ≥ 0 it is the Pearson correlation of the two activities,
    below 0 that is c p / (1 - p) for p ≤ 1/2 and c (1 - p) / p beyond.

    The second of a pair is active where its number is below P(it | the first), so values are
    resolved to 2⁻²⁴ over that; with c = 0 this is sparse_uniform.

    >>> law = cooccurrence(density=0.5, correlation=-1)
    >>> law.activity(2)[0].sets[0].probabilities.tolist()
    [0.0, 0.5, 0.5, 0.0]
    """

    density: float = density()
    correlation: float = swept(
        0.0, "of a pair: -1 as exclusive as possible, 0 independent, 1 together", low=-1, high=1
    )
    amplitude: Amplitude = amplitude()

    def excess(self) -> Any:
        """D = P(both active) - p²."""
        p, c = self.density, self.correlation
        xp = namespace(p * c)
        return c * xp.where(c >= 0, p * (1 - p), xp.minimum(p, 1 - p) ** 2)

    def n_uniforms(self, n: int) -> int:
        return n + n % 2

    def from_uniform(self, u: Any, n: int) -> Any:
        xp, p = namespace(u), self.density
        pairs = u.reshape(-1, 2, u.shape[1])
        # P(second | first active), P(second | first silent)
        given = p + self.excess() / p, p - self.excess() / namespace(p).maximum(1 - p, SPACING)
        first = np.array([[True], [False]])
        below = _chosen(first, pairs[:, :1] < p, (p, *given), xp)
        inverse = [1 / namespace(t).maximum(t, SPACING) for t in given]
        value = self.amplitude.quantile(
            pairs * _chosen(first, pairs[:, :1] < p, (1 / p, *inverse), xp)
        )
        return xp.where(pairs < below, value, 0).reshape(-1, u.shape[1])[:n]

    def activity(self, n: int) -> list[Context]:
        p, excess = self.density, self.excess()
        xp = namespace(excess)
        both, one, none = p * p + excess, p * (1 - p) - excess, (1 - p) ** 2 + excess
        # rounding may leave an impossible pattern slightly below 0
        probabilities = xp.maximum(xp.stack([none, one, one, both]), 0)
        masks = np.array([[False, False], [True, False], [False, True], [True, True]])
        pairs = [Patterns((i, i + 1), probabilities, masks) for i in range(0, n - 1, 2)]
        alone = singletons(xp.reshape(p, 1))[0]._replace(members=(n - 1,))
        return [Context(1.0, pairs + [alone] * (n % 2))]


def _chosen(first: np.ndarray, active: Any, values: tuple, xp: Any) -> Any:
    """A number for the first of a pair, and for the second one that depends on the first."""
    return xp.where(first, values[0], xp.where(active, values[1], values[2]))
