"""What models with an activation of the hidden units and one of the outputs have in common."""

from __future__ import annotations

from functools import partial
from typing import Any

from phasesim.activations._base import Activation
from phasesim.models._base import Model


class TwoLayers(Model):
    """A variant has the fields ``activation`` and ``output``, and names its `fast_gradient`."""

    activation: Activation
    output: Activation

    @property
    def signed(self) -> bool:
        """Whether outputs can have both signs."""
        return self.output.signed

    def activate(self, z: Any) -> Any:
        return self.activation.of(z)

    def fast_gradient(self) -> Any:
        """The function of `_kernels` with arguments ``relu`` and ``hidden``."""
        raise AttributeError(f"{type(self).__name__} names no fast gradient")

    @property
    def gradient(self) -> Any:
        """The fast gradient, for outputs that pass a ReLU or nothing."""
        rectified = {"relu": True, "identity": False}.get(type(self.output).__name__)
        if rectified is None:
            return None
        return partial(self.fast_gradient(), relu=rectified, hidden=self.activation.of)

    def unrolls(self, n_features: int, n_hidden: int) -> bool:
        from phasesim.models._kernels import unrolls

        return unrolls(n_features, n_hidden)
