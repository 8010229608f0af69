"""Say which features are active."""

from __future__ import annotations

from typing import Any

from phasesim.parts import part
from phasesim.targets._base import Target


@part("Elhage et al. 2022, Toy Models of Superposition, discussion of binary features")
class detect(Target):
    """target_i = 1 where feature i is active, else 0: Bernoulli with the feature's density."""

    binary = True

    def of(self, x: Any) -> Any:
        return (x != 0).astype(x.dtype)

    def mean(self, distribution: Any, n: int) -> Any:
        return distribution.density_per_feature(n)

    def variance(self, distribution: Any, n: int) -> Any:
        p = self.mean(distribution, n)
        return p * (1 - p)
