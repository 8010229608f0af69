"""Features that are active together or not at all."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.amplitudes._base import Amplitude
from phasesim.distributions._base import amplitude
from phasesim.distributions._sets import Sets, density, set_density, set_size
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Correlated and Anticorrelated Features'")
class correlated(Sets):
    """All features of a set are active together; each then follows the amplitude by itself.

    A set is active where its first number u < p, with p = density = set_density; the first
    member's value is q(u / p), the others' q of their own numbers, q the amplitude's quantile
    function. With set_size = 1 this is sparse_uniform.

    >>> correlated(density=0.5).covariance(4).round(4)[0].tolist()
    [0.1042, 0.0625, 0.0, 0.0]
    """

    set_size: int = set_size()
    density: float | None = density()
    set_density: float | None = set_density()
    amplitude: Amplitude = amplitude()

    def share(self) -> float:
        return 1.0

    def active_masks(self) -> np.ndarray:
        return np.ones((1, self.set_size), bool)

    def from_uniform(self, u: Any, n: int) -> Any:
        xp, q = namespace(u), self.set_probability()
        sets = u.reshape(self.n_sets(n), self.set_size, -1)
        # where the set is active its first number is uniform on [0, q): it serves as a value too
        first = (np.arange(self.set_size) == 0)[:, None]
        value = self.amplitude.quantile(xp.where(first, sets * (1 / q), sets))
        return xp.where(sets[:, :1] < q, value, 0).reshape(n, -1)
