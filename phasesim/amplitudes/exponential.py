"""Active features are exponentially distributed with mean 1."""

from __future__ import annotations

from typing import Any

from phasesim.amplitudes._base import Amplitude
from phasesim.numerics import namespace
from phasesim.parts import part

#: spacing of the uniform draws: the largest v kept below 1
SPACING = 2.0**-24


@part("Elhage et al. 2022, Toy Models of Superposition, discussion of feature distributions")
class exponential(Amplitude):
    """x ~ Exp(1): mean 1, E x² = 2, E exp(iwx) = 1/(1 - iw)."""

    mean = 1.0
    absolute_mean = 1.0
    second_moment = 2.0
    fourth_moment = 24.0

    def quantile(self, v: Any) -> Any:
        xp = namespace(v)
        return -xp.log1p(-xp.minimum(v, 1 - SPACING))

    def characteristic(self, w: Any) -> Any:
        return 1 / (1 - 1j * namespace(w).asarray(w))

    def law(self) -> Any:
        from phasesim.exact.laws.exponential import Exponential

        return Exponential()
