"""What laws of independent features have in common: only their densities differ."""

from __future__ import annotations

from typing import Any

from phasesim.distributions._base import Distribution
from phasesim.distributions._patterns import Context, singletons
from phasesim.numerics import namespace


class Independent(Distribution):
    """x_i = q(u_i / p_i) where u_i < p_i, else 0, with u_i ~ U[0, 1) and q the amplitude's quantile
    function. A subclass states the p_i in `density_per_feature`."""

    def density_per_feature(self, n: int) -> Any:
        raise AttributeError(f"{type(self).__name__} does not state its densities")

    def from_uniform(self, u: Any, n: int) -> Any:
        p = self.density_per_feature(n)[:, None]
        return namespace(u).where(u < p, self.amplitude.quantile(u * (1 / p)), 0)

    def characteristic(self, w: Any, n: int) -> Any:
        """E exp(i w_i x_i) of each feature, shape (n, ...) for w of shape (n, ...)."""
        p = self.density_per_feature(n).reshape(n, *([1] * (namespace(w).ndim(w) - 1)))
        return 1 - p + p * self.amplitude.characteristic(w)

    def activity(self, n: int) -> list[Context]:
        return [Context(1.0, singletons(self.density_per_feature(n)))]
