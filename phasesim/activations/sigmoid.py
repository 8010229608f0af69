"""The logistic function."""

from __future__ import annotations

from typing import Any

from phasesim.activations._base import Activation
from phasesim.parts import part


@part("Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors")
class sigmoid(Activation):
    """1 / (1 + exp(-z))."""

    signed = False

    def of(self, z: Any) -> Any:
        import jax

        return jax.nn.sigmoid(z)
