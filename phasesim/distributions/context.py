"""A hidden context switches which set of features can be active."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.amplitudes._base import Amplitude
from phasesim.distributions._base import amplitude, density, per_feature
from phasesim.distributions._contexts import SHARED, Contexts, weights
from phasesim.distributions._patterns import divided
from phasesim.errors import ConfigError
from phasesim.fields import static
from phasesim.numerics import namespace
from phasesim.parts import part


@part("phasesim; sets as in Elhage et al. 2022, 'Correlated and Anticorrelated Features'")
class context(Contexts):
    """Only the context's own features and the shared ones can be active, each with ``density``.

    The last ``overlap`` features are shared by all contexts; those before them are n_contexts
    consecutive sets of one size, one a context. A feature of context k's set is thus active with
    probability weight_k · density over all samples, and never beside one of another set; given
    the context, features are independent.

    >>> law = context(n_contexts=2, overlap=1, density=0.4)
    >>> law.density_per_feature(5).tolist(), law.groups(5)
    ([0.2, 0.2, 0.2, 0.2, 0.4], [[0, 1, 2, 3], [4]])
    """

    n_contexts: int = static(2, "contexts, each with a set of its own", low=1, high=10_000)
    overlap: int = static(0, "features shared by all contexts: the last", low=0, high=999_999)
    density: float = density("P(a feature is active | it can be)", per_feature=True)
    weights: Any = weights("context")
    amplitude: Amplitude = amplitude()

    def count(self) -> int:
        return self.n_contexts

    def blocks(self, n: int) -> np.ndarray:
        if self.overlap >= n:
            raise ConfigError(
                "overlap",
                f"found {self.overlap}",
                expected=f"less than n_features, which is {n}",
            )
        own = n - self.overlap
        size = divided(own, self.n_contexts, "n_contexts", "n_features - overlap")
        return np.concatenate([np.arange(own) // size, np.full(self.overlap, SHARED)])

    def outside(self, n: int) -> Any:
        p = per_feature(self.density, n)
        return namespace(p).where(self.blocks(n) == SHARED, p, 0)
