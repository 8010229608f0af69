"""The ReLU output model: the model of 'Toy Models of Superposition'."""

from __future__ import annotations

from typing import Any

from phasesim.models._base import Model
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'The ReLU output model'")
class relu_output(Model):
    """x' = ReLU(Wᵀ W x + b), tied weights W (m, n), bias b (n,)."""

    signed = False

    def module(self, n_features: int, n_hidden: int) -> Any:
        from flax import linen

        from phasesim.models._tied import Tied

        return Tied(n_features, n_hidden, linen.relu)

    def gradient(self, params: Any, x: Any, target: Any, importance: Any) -> tuple[Any, Any]:
        from phasesim.models._kernels import tied_gradient

        return tied_gradient(params, x, target, importance, relu=True)

    def linear_map(self, params: Any) -> Any:
        from phasesim.models._kernels import tied_map

        return tied_map(params)

    def unrolls(self, n_features: int, n_hidden: int) -> bool:
        from phasesim.models._kernels import unrolls

        return unrolls(n_features, n_hidden)
