"""Reconstruct the input."""

from __future__ import annotations

from typing import Any

from phasesim.parts import part
from phasesim.targets._base import Target


@part("Elhage et al. 2022, Toy Models of Superposition, 'Experiment setup'")
class identity(Target):
    """target = x."""

    def of(self, x: Any) -> Any:
        return x

    def mean(self, distribution: Any, n: int) -> Any:
        return distribution.mean(n)

    def variance(self, distribution: Any, n: int) -> Any:
        return distribution.variance(n)
