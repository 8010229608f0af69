"""Features of which at most one of a set is active."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.amplitudes._base import Amplitude
from phasesim.distributions._base import amplitude
from phasesim.distributions._sets import Sets, density, set_density, set_size
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Correlated and Anticorrelated Features'")
class anticorrelated(Sets):
    """A set is active with probability set_density; then exactly one member is, each alike.

    density = set_density / set_size. One number u a set: with v = u / density, member ⌊v⌋ is
    active and has the value q(v - ⌊v⌋), q the amplitude's quantile function; none is where
    ⌊v⌋ ≥ set_size. Values are resolved to 2⁻²⁴ / density, as those of sparse_uniform.

    >>> anticorrelated(density=0.5).covariance(4).round(4)[0].tolist()
    [0.1042, -0.0625, 0.0, 0.0]
    """

    set_size: int = set_size()
    density: float | None = density()
    set_density: float | None = set_density()
    amplitude: Amplitude = amplitude()

    def share(self) -> float:
        return 1 / self.set_size

    def active_masks(self) -> np.ndarray:
        return np.eye(self.set_size, dtype=bool)

    def n_uniforms(self, n: int) -> int:
        return self.n_sets(n)

    def from_uniform(self, u: Any, n: int) -> Any:
        xp = namespace(u)
        v = u * (self.set_size / self.set_probability())
        member = xp.floor(v)
        # a fused multiply and subtract may fall short of 0 by a rounding
        value = self.amplitude.quantile(xp.maximum(v - member, 0))
        one = member[:, None] == np.arange(self.set_size, dtype=u.dtype)[:, None]
        return xp.where(one, value[:, None], 0).reshape(n, -1)
