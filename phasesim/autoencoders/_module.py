"""The flax module that all sparse autoencoders share."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from flax import linen

#: level that each latent has to pass at the start, in units of the spread of the hidden units
FIRST_LEVEL = 0.1


class Dictionary(linen.Module):
    """f = active(R h + a), h' = Dᵀ f; arrays are (units, batch) as in the package."""

    n_hidden: int
    n_latents: int
    rule: Any

    def setup(self) -> None:
        shape, normal = (self.n_latents, self.n_hidden), linen.initializers.normal(1.0)
        self.directions = self.param("directions", normal, shape)
        self.readers = self.param("readers", normal, shape)
        self.bias = self.param("bias", linen.initializers.zeros_init(), shape[:1])
        first = linen.initializers.constant(FIRST_LEVEL)
        self.level = self.param("level", first, shape[:1]) if self.rule.levels else None

    def atoms(self) -> jnp.ndarray:
        """The directions of the latents, of length 1: (d, m)."""
        return self.directions / jnp.linalg.norm(self.directions, axis=1, keepdims=True)

    def read(self, h: jnp.ndarray) -> jnp.ndarray:
        """What is read of hidden units (m, batch) before the gate, (d, batch)."""
        return self.readers @ h + self.bias[:, None]

    def encode(self, h: jnp.ndarray, strength: Any) -> jnp.ndarray:
        """Latents (d, batch)."""
        return self.rule.active(self.read(h), strength, self.level)

    def decode(self, f: jnp.ndarray) -> jnp.ndarray:
        """Hidden units (m, batch) from latents."""
        return self.atoms().T @ f

    def __call__(self, h: jnp.ndarray, strength: Any) -> tuple[jnp.ndarray, jnp.ndarray]:
        """Squared error of each sample, (batch,), and the penalty."""
        z = self.read(h)
        f = self.rule.active(z, strength, self.level)
        error = ((self.decode(f) - h) ** 2).sum(axis=0)
        return error, self.rule.penalty(z, f, strength, self.level)
