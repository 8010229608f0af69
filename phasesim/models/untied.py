"""An autoencoder whose encoder and decoder have weights of their own."""

from __future__ import annotations

from typing import Any

from phasesim.activations._base import Activation
from phasesim.models._two_layers import TwoLayers
from phasesim.parts import choice, part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Computation in Superposition'")
class untied(TwoLayers):
    """y = out(W_out act(W_in x) + b), W_in (m, n), W_out (n, m), b (n,).

    A feature's direction is its column of W_in. With a hidden activation the units are neurons.
    """

    activation: Activation = choice("activation", "identity", "non-linearity of the hidden units")
    output: Activation = choice("activation", "relu", "that of the outputs; identity for logits")

    def module(self, n_features: int, n_hidden: int) -> Any:
        from phasesim.models._untied import Untied

        return Untied(n_features, n_hidden, self.activation.of, self.output.of)

    def directions(self, params: Any) -> tuple[Any, Any]:
        return params["W_in"], params["b"]

    @property
    def linear_map(self) -> Any:
        """The map params -> W_out W_in, where the hidden units have no activation."""
        if type(self.activation).__name__ != "identity":
            return None
        from phasesim.models._kernels import untied_map

        return untied_map

    def fast_gradient(self) -> Any:
        from phasesim.models._kernels import untied_gradient

        return untied_gradient
