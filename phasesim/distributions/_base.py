"""What every input distribution provides."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.amplitudes._base import Amplitude
from phasesim.distributions._patterns import Context, densities, joint
from phasesim.fields import swept
from phasesim.numerics import namespace
from phasesim.parts import Part, choice

#: spacing of the uniform numbers: nothing is active with a smaller probability
SPACING = 2.0**-24


class Distribution(Part):
    """A law of inputs x with n features.

    Most laws are a map from independent uniform numbers to samples (`from_uniform`); the
    engines then draw the numbers themselves, shared between cells or each cell its own. A law
    without such a map overrides `sample`.

    Most laws also state which features are active together (`activity`), from which densities,
    moments and groups follow; a law that does not states these itself. All return NumPy arrays
    for plain numbers and JAX arrays for traced ones.
    """

    kind = "distribution"

    amplitude: Amplitude
    #: how many samples training sees, the same at every step; None: a fresh batch at each
    fixed: int | None = None

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

    def activity(self, n: int) -> list[Context]:
        """Which features are active together; active amplitudes are independent of all else.

        Returns:
            One (weight, sets) for each hidden context, a single one of weight 1 where there are
            none; sets is a list of (members, probabilities, masks), independent within the
            context, in which every feature is once. See `Context` and `Patterns`.
        """
        raise AttributeError(f"{type(self).__name__} does not state what is active together")

    def density_per_feature(self, n: int) -> Any:
        """P(feature i is active), shape (n,)."""
        return densities(self.activity(n))

    def mean(self, n: int) -> Any:
        """E x_i, shape (n,)."""
        return self.density_per_feature(n) * self.amplitude.mean

    def absolute_mean(self, n: int) -> Any:
        """E |x_i|, shape (n,)."""
        return self.density_per_feature(n) * self.amplitude.absolute_mean

    def variance(self, n: int) -> Any:
        """Var x_i, shape (n,)."""
        p = self.density_per_feature(n)
        return p * self.amplitude.second_moment - (p * self.amplitude.mean) ** 2

    def covariance(self, n: int) -> Any:
        """Cov(x_i, x_j), shape (n, n)."""
        both, mean = joint(self.activity(n)), self.mean(n)
        one, two = self.amplitude.mean**2, self.amplitude.second_moment
        return both * np.where(np.eye(n), two, one) - mean[:, None] * mean[None, :]

    def square_products(self, n: int) -> Any:
        """E x_i² x_j², shape (n, n)."""
        both, law = joint(self.activity(n)), self.amplitude
        return both * np.where(np.eye(n), law.fourth_moment, law.second_moment**2)

    def groups(self, n: int) -> list[list[int]]:
        """Index sets that are independent of each other; features inside one may depend."""
        if type(self).activity is not Distribution.activity:
            contexts = self.activity(n)
            if len(contexts) == 1:
                return [list(members) for members, _, _ in contexts[0].sets]
        return [list(range(n))]


def density(doc: str = "P(a given feature is active)", **more: Any) -> Any:
    """The density of a law whose features are alike, or with ``per_feature`` of each."""
    return swept(0.1, doc, low=0, high=1, open_low=True, **more)


def amplitude() -> Any:
    """The field every law but those with amplitudes of their own has."""
    return choice("amplitude", "uniform", "law of an active feature's value")


def per_feature(value: Any, n: int) -> Any:
    """A number or a length-n array as shape (n,), NumPy or JAX alike."""
    xp = namespace(value)
    return xp.broadcast_to(xp.asarray(value), (n,)) if xp is not np else np.broadcast_to(value, n)
