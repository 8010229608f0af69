"""Samples of several kinds, each with its own block of dense features."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.amplitudes._base import Amplitude
from phasesim.distributions._base import amplitude, density, per_feature
from phasesim.distributions._contexts import Contexts, weights
from phasesim.distributions._patterns import divided
from phasesim.fields import static, swept
from phasesim.parts import part


@part("phasesim; a finite mixture of the laws of Elhage et al. 2022, 'Experiment setup'")
class mixture(Contexts):
    """A sample comes from one of n_components laws of independent features, chosen by weight.

    The features are n_components consecutive blocks of one size. Under component k those of
    block k are active with probability density, all others with background · density: 0 keeps
    blocks apart (no two are active in one sample), 1 is sparse_uniform, and between them a block
    is a topic whose features are likelier together.

    >>> law = mixture(density=0.4, background=0.5, weights=[3, 1])
    >>> law.density_per_feature(2).round(4).tolist()
    [0.35, 0.25]
    """

    n_components: int = static(2, "components, each with a block of its own", low=1, high=10_000)
    density: float = density("P(a feature of the component's block is active)", per_feature=True)
    background: float = swept(0.0, "density of other blocks relative to that", low=0, high=1)
    weights: Any = weights("component")
    amplitude: Amplitude = amplitude()

    def count(self) -> int:
        return self.n_components

    def blocks(self, n: int) -> np.ndarray:
        return np.arange(n) // divided(n, self.n_components, "n_components")

    def outside(self, n: int) -> Any:
        return per_feature(self.density, n) * self.background
