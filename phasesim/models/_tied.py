"""The tied autoencoders of 'Toy Models of Superposition' as a flax module."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from flax import linen


class Tied(linen.Module):
    """x' = f(Wᵀ act(W x) + b) with W (m, n), b (n,); act is the identity unless given."""

    n_features: int
    n_hidden: int
    output: Callable[[jnp.ndarray], jnp.ndarray]
    activation: Callable[[jnp.ndarray], jnp.ndarray] = lambda z: z

    def setup(self) -> None:
        shape = (self.n_hidden, self.n_features)
        self.W = self.param("W", linen.initializers.xavier_normal(), shape)
        self.b = self.param("b", linen.initializers.zeros_init(), (self.n_features,))

    def hidden(self, x: jnp.ndarray) -> jnp.ndarray:
        """Hidden units act(W x), shape (batch, m)."""
        return self.activation(jnp.dot(x, self.W.T, precision="highest"))

    def decode(self, h: jnp.ndarray) -> jnp.ndarray:
        """Outputs, shape (batch, n), for hidden units of shape (batch, m)."""
        return self.output(jnp.dot(h, self.W, precision="highest") + self.b)

    def __call__(self, x: jnp.ndarray) -> jnp.ndarray:
        return self.decode(self.hidden(x))
