"""Exponential with mean 1."""

from __future__ import annotations

import math
from typing import Any

from phasesim.exact._activity import Activity
from phasesim.exact._contour import Unbounded
from phasesim.exact._dependent import Outputs
from phasesim.exact._two_exponentials import one_other
from phasesim.exact._waves import Pair, Waves, times
from phasesim.numerics import namespace

#: no path is wider than for couplings of this part of the largest
_LEAST = 1e-6
#: n active features may add up to e^{nθ²/2}: this keeps it below e²
_STEEP = 2.0


class Exponential(Unbounded):
    """x ~ Exp(1): E e^{sx} = 1/(1 - s), with poles of M at 1/a_j."""

    moments = (1.0, 2.0, 6.0)

    def integrals(self, s: Pair) -> Waves:
        real, size = 1 - s[0], (1 - s[0]) ** 2 + s[1] ** 2
        chi = real / size, s[1] / size
        psi = times(chi, chi)
        cube = times(psi, chi)
        return Waves(chi, psi, (2 * cube[0], 2 * cube[1]))

    def width(self, out: Outputs, side: Any) -> Any:
        xp = namespace(out.own)
        couplings = side[..., None] * out.couplings[..., None, :, :]
        own = xp.maximum(side * out.own, 0)
        towards = xp.maximum(couplings, 0)
        size = xp.sum(xp.abs(couplings), axis=-1) + out.own
        # up to here even all features at once make M at most e
        reach = own + xp.sum(towards, axis=-1) + xp.maximum(own, xp.max(towards, axis=-1))
        return 1 / xp.maximum(reach, _LEAST * xp.where(size > 0, size, 1))

    def angle(self, activity: Activity) -> Any:
        xp = namespace(activity.weight)
        n_active = xp.sum(activity.density, axis=-1)[:, None, None]
        return xp.minimum(math.pi / 4, _STEEP / xp.sqrt(1 + n_active))

    def one_other(self, a: Any, b: Any, p: Any, coupling: Any) -> Any:
        return one_other(a, b, p, coupling)
