"""Active features are exactly 1."""

from __future__ import annotations

from typing import Any

from phasesim.amplitudes._base import Amplitude
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model, section 3")
class bernoulli(Amplitude):
    """x = 1: mean 1, E x² = 1, E exp(iwx) = exp(iw)."""

    mean = 1.0
    absolute_mean = 1.0
    second_moment = 1.0
    fourth_moment = 1.0

    def quantile(self, v: Any) -> Any:
        return namespace(v).ones_like(v)

    def characteristic(self, w: Any) -> Any:
        xp = namespace(w)
        return xp.exp(1j * xp.asarray(w))

    def law(self) -> Any:
        from phasesim.exact.laws.ones import Ones

        return Ones()
