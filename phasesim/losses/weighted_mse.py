"""Importance-weighted squared error."""

from __future__ import annotations

from typing import Any

from phasesim.losses._base import Loss
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'The loss'")
class weighted_mse(Loss):
    """L = Σ_i I_i E (x'_i - x_i)²: summed over features, where the paper's notebook averages."""

    def pointwise(self, output: Any, target: Any) -> Any:
        return (output - target) ** 2
