"""Compute absolute values."""

from __future__ import annotations

from typing import Any

from phasesim.parts import part
from phasesim.targets._base import Target


@part("Elhage et al. 2022, Toy Models of Superposition, 'Computation in Superposition'")
class absolute(Target):
    """target = |x|; with an amplitude of one sign it is the identity.

    >>> import phasesim as ps
    >>> law = ps.distributions.sparse_uniform(density=0.5, amplitude="signed_uniform")
    >>> absolute().mean(law, 2).tolist()
    [0.25, 0.25]
    """

    def of(self, x: Any) -> Any:
        return abs(x)

    def mean(self, distribution: Any, n: int) -> Any:
        return distribution.absolute_mean(n)

    def variance(self, distribution: Any, n: int) -> Any:
        square = distribution.variance(n) + distribution.mean(n) ** 2
        return square - self.mean(distribution, n) ** 2
