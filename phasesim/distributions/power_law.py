"""Independent features of which a few are common and most are rare."""

from __future__ import annotations

from typing import Any

from phasesim.amplitudes._base import Amplitude
from phasesim.distributions._base import amplitude
from phasesim.distributions._independent import Independent
from phasesim.fields import swept
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Liu, Liu & Gore 2025, Superposition Yields Robust Neural Scaling, 'Toy model'")
class power_law(Independent):
    """Feature i = 1 … n is active with p_i = min(1, active · i^-exponent / Σ_j j^-exponent).

    >>> power_law(exponent=1.0, active=0.5).density_per_feature(2).round(4).tolist()
    [0.3333, 0.1667]
    """

    exponent: float = swept(1.0, "how fast densities fall; 0: all alike", low=0)
    active: float = swept(1.0, "expected number of active features where no density reaches 1",
                          low=0, open_low=True)  # fmt: skip
    amplitude: Amplitude = amplitude()

    def density_per_feature(self, n: int) -> Any:
        # a plain number has no namespace: NumPy's is used, and float64
        xp = namespace(self.exponent)
        weight = xp.arange(1.0, n + 1) ** -self.exponent
        return xp.minimum(self.active * weight / xp.sum(weight), 1)
