"""The same few samples at every step: what a model memorises, and what it learns."""

from __future__ import annotations

from typing import Any

from phasesim.distributions._base import Distribution
from phasesim.errors import ConfigError
from phasesim.fields import static
from phasesim.parts import choice, part


@part("Henighan et al. 2023, Superposition, Memorization, and Double Descent, 'Experiment setup'")
class dataset(Distribution):
    """Training sees n_samples samples of a law, all of them at every step; all else sees the law.

    They are drawn once for each seed, with draws = "independent" for each model: a smaller data
    set is the beginning of a larger one. batch_size has no effect. The loss curve is the loss on
    the data set, the loss that on fresh samples.

    >>> import phasesim as ps
    >>> dataset(n_samples=3, law=ps.distributions.sparse_uniform(density=0.2)).mean(2).tolist()
    [0.1, 0.1]
    """

    n_samples: int = static(100, "samples in the data set", low=1, high=1 << 24)
    law: Distribution = choice("distribution", "sparse_uniform", "what samples are drawn from")

    @property
    def fixed(self) -> int:
        return self.n_samples

    def check(self) -> None:
        if type(self.law).sample is not Distribution.sample or self.law.fixed is not None:
            raise ConfigError(
                "law",
                f"found {type(self.law).__name__}",
                expected="a law whose samples are a map of uniform numbers",
            )

    def check_for(self, experiment: Any) -> None:
        try:
            self.law.check_for(experiment)
        except ConfigError as error:
            raise error.within("law") from None

    def n_uniforms(self, n: int) -> int:
        return self.law.n_uniforms(n)

    def from_uniform(self, u: Any, n: int) -> Any:
        return self.law.from_uniform(u, n)

    def density_per_feature(self, n: int) -> Any:
        return self.law.density_per_feature(n)

    def mean(self, n: int) -> Any:
        return self.law.mean(n)

    def absolute_mean(self, n: int) -> Any:
        return self.law.absolute_mean(n)

    def variance(self, n: int) -> Any:
        return self.law.variance(n)

    def covariance(self, n: int) -> Any:
        return self.law.covariance(n)

    def groups(self, n: int) -> list[list[int]]:
        return self.law.groups(n)
