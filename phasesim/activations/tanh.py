"""The hyperbolic tangent."""

from __future__ import annotations

from typing import Any

from phasesim.activations._base import Activation
from phasesim.parts import part


@part("LeCun, Bottou, Orr & Müller 1998, Efficient BackProp")
class tanh(Activation):
    """tanh z."""

    def of(self, z: Any) -> Any:
        import jax.numpy as jnp

        return jnp.tanh(z)
