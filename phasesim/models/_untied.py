"""Two layers with weights of their own as a flax module."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from flax import linen


class Untied(linen.Module):
    """y = out(W_out act(W_in x) + b) with W_in (m, n), W_out (n, m), b (n,)."""

    n_features: int
    n_hidden: int
    activation: Callable[[jnp.ndarray], jnp.ndarray]
    output: Callable[[jnp.ndarray], jnp.ndarray]

    def setup(self) -> None:
        n, m, normal = self.n_features, self.n_hidden, linen.initializers.xavier_normal()
        self.W_in = self.param("W_in", normal, (m, n))
        self.W_out = self.param("W_out", normal, (n, m))
        self.b = self.param("b", linen.initializers.zeros_init(), (n,))

    def hidden(self, x: jnp.ndarray) -> jnp.ndarray:
        """Hidden units act(W_in x), shape (batch, m)."""
        return self.activation(jnp.dot(x, self.W_in.T, precision="highest"))

    def decode(self, h: jnp.ndarray) -> jnp.ndarray:
        """Outputs, shape (batch, n), for hidden units of shape (batch, m)."""
        return self.output(jnp.dot(h, self.W_out.T, precision="highest") + self.b)

    def __call__(self, x: jnp.ndarray) -> jnp.ndarray:
        return self.decode(self.hidden(x))
