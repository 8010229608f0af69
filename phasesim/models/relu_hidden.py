"""The ReLU hidden layer model: superposition in a privileged basis."""

from __future__ import annotations

from functools import partial
from typing import Any

from phasesim.activations._base import Activation
from phasesim.models._base import Model
from phasesim.parts import choice, part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Superposition in a Privileged Basis'")
class relu_hidden(Model):
    """x' = out(Wᵀ act(W x) + b), tied weights W (m, n), bias b (n,); units act(W x) are neurons."""

    activation: Activation = choice("activation", "relu", "non-linearity of the hidden units")
    output: Activation = choice("activation", "relu", "that of the outputs; identity for logits")

    @property
    def signed(self) -> bool:
        """Whether outputs can have both signs."""
        return self.output.signed

    def activate(self, z: Any) -> Any:
        return self.activation.of(z)

    def module(self, n_features: int, n_hidden: int) -> Any:
        from phasesim.models._tied import Tied

        return Tied(n_features, n_hidden, self.output.of, self.activation.of)

    @property
    def gradient(self) -> Any:
        """The fast gradient, for outputs that pass a ReLU or nothing."""
        rectified = {"relu": True, "identity": False}.get(type(self.output).__name__)
        if rectified is None:
            return None
        from phasesim.models._kernels import tied_gradient

        return partial(tied_gradient, relu=rectified, hidden=self.activation.of)

    def unrolls(self, n_features: int, n_hidden: int) -> bool:
        from phasesim.models._kernels import unrolls

        return unrolls(n_features, n_hidden)
