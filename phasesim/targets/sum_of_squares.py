"""Compute one number in which features matter by their squares."""

from __future__ import annotations

from typing import Any

from phasesim.distributions._base import Distribution
from phasesim.errors import ConfigError
from phasesim.fields import swept
from phasesim.numerics import namespace
from phasesim.parts import part
from phasesim.targets._base import Target


@part("Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, section 3")
class sum_of_squares(Target):
    """target_i = Σ_j v_j x_j² for every output i, v = (1, …, 1, ratio).

    >>> import phasesim as ps
    >>> law = ps.distributions.sparse_uniform(density=0.5, amplitude="gaussian")
    >>> sum_of_squares(ratio=2).mean(law, 2).tolist()
    [1.5, 1.5]
    """

    ratio: float = swept(1.0, "coefficient of the last feature relative to the others", low=0)

    def check_for(self, experiment: Any) -> None:
        if type(experiment.distribution).activity is Distribution.activity:
            raise ConfigError(
                "", "'sum_of_squares' needs a distribution that states what is active together",
                expected='distribution = "sparse_uniform" or one of sets',
            )  # fmt: skip

    def of(self, x: Any) -> Any:
        xp = namespace(x)
        total = xp.sum(self._coefficients(x.shape[0])[:, None] * x**2, axis=0)
        return xp.broadcast_to(total, x.shape)

    def mean(self, distribution: Any, n: int) -> Any:
        square = distribution.density_per_feature(n) * distribution.amplitude.second_moment
        total = (self._coefficients(n) * square).sum()
        return namespace(total).broadcast_to(total, (n,))

    def variance(self, distribution: Any, n: int) -> Any:
        v = self._coefficients(n)
        total = v @ distribution.square_products(n) @ v - self.mean(distribution, n)[0] ** 2
        return namespace(total).broadcast_to(total, (n,))

    def _coefficients(self, n: int) -> Any:
        xp = namespace(self.ratio)
        return xp.where(xp.arange(n) == n - 1, self.ratio, 1.0)
