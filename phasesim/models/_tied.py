"""The tied autoencoder of 'Toy Models of Superposition' as a flax module."""

from __future__ import annotations

import jax.numpy as jnp
from flax import linen


class Tied(linen.Module):
    """x' = f(Wᵀ W x + b) with W (m, n), b (n,) and f ReLU or the identity."""

    n_features: int
    n_hidden: int
    relu: bool

    def setup(self) -> None:
        shape = (self.n_hidden, self.n_features)
        self.W = self.param("W", linen.initializers.xavier_normal(), shape)
        self.b = self.param("b", linen.initializers.zeros_init(), (self.n_features,))

    def hidden(self, x: jnp.ndarray) -> jnp.ndarray:
        """Hidden units h = W x, shape (batch, m)."""
        return jnp.dot(x, self.W.T, precision="highest")

    def __call__(self, x: jnp.ndarray) -> jnp.ndarray:
        out = jnp.dot(self.hidden(x), self.W, precision="highest") + self.b
        return linen.relu(out) if self.relu else out
