"""One layer of quadratic neurons as a flax module."""

from __future__ import annotations

import jax.numpy as jnp
from flax import linen


class Quadratic(linen.Module):
    """y_i = Σ_k (W x)_k² + b_i, the same for all outputs i but for b_i; W (m, n), b (n,)."""

    n_features: int
    n_hidden: int

    def setup(self) -> None:
        shape = (self.n_hidden, self.n_features)
        self.W = self.param("W", linen.initializers.xavier_normal(), shape)
        self.b = self.param("b", linen.initializers.zeros_init(), (self.n_features,))

    def hidden(self, x: jnp.ndarray) -> jnp.ndarray:
        """Hidden units (W x)², shape (batch, m)."""
        return jnp.dot(x, self.W.T, precision="highest") ** 2

    def decode(self, h: jnp.ndarray) -> jnp.ndarray:
        """Outputs, shape (batch, n), for hidden units of shape (batch, m)."""
        return jnp.sum(h, axis=-1, keepdims=True) + self.b

    def __call__(self, x: jnp.ndarray) -> jnp.ndarray:
        return self.decode(self.hidden(x))
