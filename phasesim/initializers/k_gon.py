"""The first k features start as a regular polygon."""

from __future__ import annotations

import math
from typing import Any

from phasesim.fields import static, swept
from phasesim.initializers._base import Initializer
from phasesim.initializers._normal import normal
from phasesim.parts import part


@part("Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model, section 3")
class k_gon(Initializer):
    """W_i = radius (cos 2πi/k, sin 2πi/k, 0, …) for i < k, else 0, plus noise N(0, std²).

    With one hidden unit only the cosine is kept, so that k = 2 is the antipodal pair.
    """

    k: int = static(5, "corners of the polygon", low=1, high=1_000_000)
    radius: float = swept(1.0, "norm of each corner", low=0)
    std: float = swept(0.01, "standard deviation of the noise on all weights", low=0)

    def matrix(self, key: Any, shape: tuple[int, ...]) -> Any:
        import jax.numpy as jnp

        m, n = shape[-2:]
        angle = 2 * math.pi * jnp.arange(n) / self.k
        plane = jnp.stack([jnp.cos(angle), jnp.sin(angle)])[: min(m, 2)]
        corners = jnp.where(jnp.arange(n) < self.k, plane, 0)
        start = jnp.zeros((m, n)).at[: min(m, 2)].set(corners)
        return self.radius * start + normal(key, (m, n), self.std)
