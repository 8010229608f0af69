"""Active features are standard normal."""

from __future__ import annotations

import math
from typing import Any

from phasesim.amplitudes._base import Amplitude
from phasesim.numerics import namespace
from phasesim.parts import part

#: half the spacing of the uniform draws, so that a draw of exactly 0 stays finite
SMALLEST = 2.0**-25


@part("Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, section 3")
class gaussian(Amplitude):
    """x ~ N(0, 1): mean 0, E x² = 1, E exp(iwx) = exp(-w²/2)."""

    mean = 0.0
    absolute_mean = math.sqrt(2 / math.pi)
    second_moment = 1.0
    fourth_moment = 3.0

    def quantile(self, v: Any) -> Any:
        xp = namespace(v)
        if xp.__name__.startswith("jax"):
            from jax.scipy.special import ndtri
        else:
            from scipy.special import ndtri
        # v may round up to 1 where it was scaled by 1/density
        return ndtri(xp.clip(v, SMALLEST, 1 - 2 * SMALLEST))

    def characteristic(self, w: Any) -> Any:
        xp = namespace(w)
        return xp.exp(-xp.square(xp.asarray(w)) / 2) + 0j

    def law(self) -> Any:
        from phasesim.exact.laws.gaussian import Gaussian

        return Gaussian()
