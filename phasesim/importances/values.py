"""Importances written out one by one."""

from __future__ import annotations

from typing import Any

from phasesim.errors import ConfigError
from phasesim.fields import swept
from phasesim.importances._base import Importance
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Experiment setup'")
class values(Importance):
    """I_i = weights[i].

    >>> values(weights=[1, 0.5]).per_feature(2).tolist()
    [1.0, 0.5]
    """

    weights: tuple = swept(
        None, "importance of each feature", low=0, per_feature=True, optional=True
    )

    def check(self) -> None:
        if not isinstance(self.weights, tuple):
            raise ConfigError(
                "weights", f"found {self.weights!r}", expected="a list with one number per feature"
            )

    def per_feature(self, n: int) -> Any:
        return namespace(self.weights).asarray(self.weights)
