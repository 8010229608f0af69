"""The rectifier."""

from __future__ import annotations

from typing import Any

from phasesim.activations._base import Activation
from phasesim.parts import part


@part("Nair & Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines")
class relu(Activation):
    """max(z, 0), with slope 0 at 0."""

    signed = False

    def of(self, z: Any) -> Any:
        import jax

        return jax.nn.relu(z)
