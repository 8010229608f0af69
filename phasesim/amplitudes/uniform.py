"""Active features are uniform on [0, 1)."""

from __future__ import annotations

from typing import Any

from phasesim.amplitudes._base import Amplitude
from phasesim.numerics import unit_exponential_integral
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Demonstrating superposition'")
class uniform(Amplitude):
    """x ~ U[0, 1): mean 1/2, E x² = 1/3, E exp(iwx) = (exp(iw) - 1)/(iw)."""

    mean = 1 / 2
    absolute_mean = 1 / 2
    second_moment = 1 / 3
    fourth_moment = 1 / 5

    def quantile(self, v: Any) -> Any:
        return v

    def characteristic(self, w: Any) -> Any:
        return unit_exponential_integral(w)

    def law(self) -> Any:
        from phasesim.exact.laws.interval import Interval

        return Interval(low=0)
