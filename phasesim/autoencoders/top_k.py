"""A fixed number of latents, the largest."""

from __future__ import annotations

import math
from typing import Any

from phasesim.autoencoders._base import Autoencoder
from phasesim.fields import swept
from phasesim.parts import part


@part("Gao et al. 2024, Scaling and evaluating sparse autoencoders, section 2.3")
class top_k(Autoencoder):
    """f = ReLU(z) where z is among the k largest of its sample, else 0; no penalty."""

    strength = "k"
    k: Any = swept(1.0, "latents that stay", low=1, listed="autoencoder")

    def active(self, z: Any, strength: Any, level: Any) -> Any:
        import jax.numpy as jnp

        # k is small: taking the largest away k times beats sorting, and k may be traced
        left, bound = z, jnp.inf
        for i in range(min(math.ceil(max(self.strengths)), len(z))):
            largest = left.max(axis=0)
            bound = jnp.where(i < strength, largest, bound)
            left = jnp.where(left >= largest, -jnp.inf, left)
        return jnp.where(z >= bound, jnp.maximum(z, 0), 0)
