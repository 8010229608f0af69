"""The linear model: principal components, the paper's control without superposition."""

from __future__ import annotations

from typing import Any

from phasesim.models._base import Model
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'The linear model'")
class linear(Model):
    """x' = Wᵀ W x + b, tied weights W (m, n), bias b (n,)."""

    def module(self, n_features: int, n_hidden: int) -> Any:
        from phasesim.models._tied import Tied

        return Tied(n_features, n_hidden, lambda a: a)

    def gradient(self, params: Any, x: Any, target: Any, importance: Any) -> tuple[Any, Any]:
        from phasesim.models._kernels import tied_gradient

        return tied_gradient(params, x, target, importance, relu=False)

    def linear_map(self, params: Any) -> Any:
        from phasesim.models._kernels import tied_map

        return tied_map(params)

    def unrolls(self, n_features: int, n_hidden: int) -> bool:
        from phasesim.models._kernels import unrolls

        return unrolls(n_features, n_hidden)
