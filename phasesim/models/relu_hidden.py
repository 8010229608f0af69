"""The ReLU hidden layer model: superposition in a privileged basis."""

from __future__ import annotations

from typing import Any

from phasesim.activations._base import Activation
from phasesim.models._two_layers import TwoLayers
from phasesim.parts import choice, part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Superposition in a Privileged Basis'")
class relu_hidden(TwoLayers):
    """x' = out(Wᵀ act(W x) + b), tied weights W (m, n), bias b (n,); units act(W x) are neurons."""

    activation: Activation = choice("activation", "relu", "non-linearity of the hidden units")
    output: Activation = choice("activation", "relu", "that of the outputs; identity for logits")

    def module(self, n_features: int, n_hidden: int) -> Any:
        from phasesim.models._tied import Tied

        return Tied(n_features, n_hidden, self.output.of, self.activation.of)

    def fast_gradient(self) -> Any:
        from phasesim.models._kernels import tied_gradient

        return tied_gradient
