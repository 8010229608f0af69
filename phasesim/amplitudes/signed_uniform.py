"""Active features are uniform on [-1, 1)."""

from __future__ import annotations

from typing import Any

from phasesim.amplitudes._base import Amplitude
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Computation in superposition'")
class signed_uniform(Amplitude):
    """x ~ U[-1, 1): mean 0, E x² = 1/3, E exp(iwx) = sin(w)/w."""

    mean = 0.0
    absolute_mean = 1 / 2
    second_moment = 1 / 3
    fourth_moment = 1 / 5

    def quantile(self, v: Any) -> Any:
        return 2 * v - 1

    def characteristic(self, w: Any) -> Any:
        xp = namespace(w)
        return xp.sinc(xp.asarray(w) / xp.pi) + 0j

    def law(self) -> Any:
        from phasesim.exact.laws.interval import Interval

        return Interval(low=-1)
