"""The Gaussian error linear unit."""

from __future__ import annotations

from typing import Any

from phasesim.activations._base import Activation
from phasesim.parts import part


@part("Hendrycks & Gimpel 2016, Gaussian Error Linear Units")
class gelu(Activation):
    """z Φ(z) with the exact normal distribution function Φ; at least -0.17."""

    def of(self, z: Any) -> Any:
        import jax

        return jax.nn.gelu(z, approximate=False)
