"""Independent sparse features: the distribution of 'Toy Models of Superposition'."""

from __future__ import annotations

from typing import Any

from phasesim.amplitudes._base import Amplitude
from phasesim.distributions._base import amplitude, density, per_feature
from phasesim.distributions._independent import Independent
from phasesim.errors import ConfigError
from phasesim.fields import static, swept
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Experiment setup'")
class sparse_uniform(Independent):
    """Each feature is active with probability p, independently, and then follows the amplitude.

    x_i = q(u_i / p_i) where u_i < p_i, else 0, with u_i ~ U[0, 1) and q the amplitude's quantile
    function. p_i = density, times ``factor`` for feature ``factor_index``.

    >>> sparse_uniform(density=0.3).variance(2).round(4).tolist()
    [0.0775, 0.0775]
    """

    density: float = density(per_feature=True)
    amplitude: Amplitude = amplitude()
    factor: float = swept(1.0, "multiplies the density of one feature", low=0, open_low=True)
    factor_index: int = static(0, "the feature that factor applies to", low=0, high=999_999)

    def check(self) -> None:
        density = self.density
        if isinstance(density, tuple):
            if not density:
                raise ConfigError("density", "found an empty list", expected="one per feature")
            density = density[min(self.factor_index, len(density) - 1)]
        if density * self.factor > 1:
            raise ConfigError(
                "factor",
                f"found {self.factor:g}, so that feature {self.factor_index} would have density "
                f"{density * self.factor:g}",
                expected="at most 1",
            )

    def check_for(self, experiment: Any) -> None:
        if self.factor_index >= experiment.n_features:
            raise ConfigError(
                "factor_index",
                f"found {self.factor_index}",
                expected=f"less than n_features, which is {experiment.n_features}",
            )

    def density_per_feature(self, n: int) -> Any:
        p = per_feature(self.density, n)
        xp = namespace(p)
        return xp.where(xp.arange(n) == self.factor_index, p * self.factor, p)
