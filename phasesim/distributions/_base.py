"""What every input distribution provides."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.parts import Part


class Distribution(Part):
    """A law of inputs x with n features.

    Most laws are a map from independent uniform numbers to samples (`from_uniform`); the
    engines then draw the numbers themselves, shared between cells or each cell its own. A law
    without such a map overrides `sample`.
    """

    kind = "distribution"

    def n_uniforms(self, n: int) -> int:
        """How many uniform numbers one sample takes."""
        return n

    def from_uniform(self, u: Any, n: int) -> Any:
        """Samples from uniform numbers on [0, 1).

        Args:
            u: shape (n_uniforms(n), batch), independent.
            n: number of features.

        Returns:
            x of shape (n, batch).
        """
        raise AttributeError(f"{type(self).__name__} has no map from uniform numbers")

    def sample(self, key: Any, batch: int, n: int) -> Any:
        """``batch`` independent samples, shape (n, batch), from a JAX random key."""
        import jax

        u = jax.random.uniform(key, (self.n_uniforms(n), batch))
        return self.from_uniform(u, n)

    def density_per_feature(self, n: int) -> Any:
        """P(feature i is active), shape (n,)."""
        raise AttributeError(f"{type(self).__name__} does not know its densities")

    def mean(self, n: int) -> Any:
        """E x_i, shape (n,)."""
        raise AttributeError(f"{type(self).__name__} does not know its mean")

    def variance(self, n: int) -> Any:
        """Var x_i, shape (n,)."""
        raise AttributeError(f"{type(self).__name__} does not know its variance")

    def groups(self, n: int) -> list[list[int]]:
        """Index sets that are independent of each other; features inside one may depend."""
        return [list(range(n))]


def per_feature(value: Any, n: int) -> Any:
    """A number or a length-n array as shape (n,), NumPy or JAX alike."""
    from phasesim.numerics import namespace

    xp = namespace(value)
    return xp.broadcast_to(xp.asarray(value), (n,)) if xp is not np else np.broadcast_to(value, n)
