"""Quadratic neurons whose sum is read: the model in which capacity has a closed form."""

from __future__ import annotations

from typing import Any

from phasesim.models._base import Model
from phasesim.parts import part


@part("Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, section 3")
class quadratic(Model):
    """x'_i = Σ_k (W x)_k² + b_i = xᵀ Wᵀ W x + b_i for all i: with the target sum_of_squares."""

    def module(self, n_features: int, n_hidden: int) -> Any:
        from phasesim.models._quadratic import Quadratic

        return Quadratic(n_features, n_hidden)

    def activate(self, z: Any) -> Any:
        return z**2
