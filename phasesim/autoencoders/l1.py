"""Latents that cost what they carry."""

from __future__ import annotations

from typing import Any

from phasesim.autoencoders._base import Autoencoder
from phasesim.fields import swept
from phasesim.parts import part


@part("Bricken et al. 2023, Towards Monosemanticity, 'Sparse autoencoders'")
class l1(Autoencoder):
    """f = ReLU(z), penalty coefficient · mean Σ_k f_k.

    A direction alone is reconstructed coefficient/2 too short.
    """

    coefficient: Any = swept(0.2, "weight of the sum of latents", low=0, listed="autoencoder")

    def start(self, directions: Any) -> Any:
        """Short readers, with which half of the d latents together give h, not d/2m times h."""
        import jax.numpy as jnp

        d, m = directions.shape
        return 2 * m / d * directions / jnp.linalg.norm(directions, axis=1, keepdims=True)

    def active(self, z: Any, strength: Any, level: Any) -> Any:
        import jax.numpy as jnp

        return jnp.maximum(z, 0)

    def penalty(self, z: Any, f: Any, strength: Any, level: Any) -> Any:
        return strength * f.sum(axis=0).mean()
