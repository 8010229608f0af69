"""Standard normal."""

from __future__ import annotations

import math
from typing import Any

from phasesim.exact._activity import Activity
from phasesim.exact._contour import Unbounded
from phasesim.exact._dependent import Outputs
from phasesim.exact._waves import Pair, Waves, times
from phasesim.numerics import namespace

#: beyond this many standard deviations the normal density is 0 in double precision
_FAR = 40.0
#: standard deviations of y, all features active, at which the real axis is left
_TILT = 1.5


class Gaussian(Unbounded):
    """x ~ N(0, 1): E e^{sx} = e^{s²/2}, which vanishes on paths steeper than π/4."""

    moments = (0.0, 1.0, 0.0)

    def integrals(self, s: Pair) -> Waves:
        xp = namespace(s[0])
        size, turn = xp.exp((s[0] ** 2 - s[1] ** 2) / 2), s[0] * s[1]
        chi = size * xp.cos(turn), size * xp.sin(turn)
        psi = times(s, chi)
        more = times(s, psi)
        return Waves(chi, psi, (chi[0] + more[0], chi[1] + more[1]))

    def width(self, out: Outputs, side: Any) -> Any:
        xp = namespace(out.own)
        square = out.own**2 + xp.sum(out.couplings**2, axis=-1)[..., None, :]
        return _TILT / xp.sqrt(xp.where(square > 0, square, 1))

    def angle(self, activity: Activity) -> Any:
        return math.pi / 8 + 0 * activity.weight[:, None, None]

    def one_other(self, a: Any, b: Any, p: Any, coupling: Any) -> Any:
        """With s² = a² + coupling² and u = b/s:

        E (y)_+² = (b² + s²)Φ(u) + b s φ(u), E x (y)_+ = a Φ(u).
        """
        xp = namespace(b)
        zero = 0 * b
        on, density, alone = _normal(b, xp.abs(coupling))
        silent = _square(b, alone, on, density)
        s = xp.sqrt(a * a + coupling * coupling)
        phi, density, s = _normal(b, s)
        square = _square(b, s, phi, density)
        own, other, u = a / s, coupling / s, xp.clip(b / s, -_FAR, _FAR) * density
        active = (
            1 + square[0] - 2 * a * phi,
            2 * (a - 1) * phi + 2 * own * own * u,
            square[1] - 2 * own * density,
            2 * coupling * phi + 2 * own * other * u,
        )
        silent = (silent[0], zero, silent[1], 2 * coupling * on)
        return [(1 - p) * x + p * y for x, y in zip(silent, active, strict=True)]


def _normal(b: Any, s: Any) -> tuple[Any, Any, Any]:
    """Φ(b/s), φ(b/s) and s, in the limit s → 0 too."""
    xp = namespace(b)
    if xp.__name__ == "numpy":
        from scipy.special import ndtr
    else:
        from jax.scipy.special import ndtr
    # a quotient that stays finite, and far out even for the smallest b
    s = xp.maximum(s, 1e-30)
    u = xp.clip(b / s, -_FAR, _FAR)
    return ndtr(u), xp.exp(-u * u / 2) / math.sqrt(2 * math.pi), s


def _square(b: Any, s: Any, phi: Any, density: Any) -> tuple[Any, Any]:
    """E (y)_+² and its derivative by b."""
    return (b * b + s * s) * phi + b * s * density, 2 * (b * phi + s * density)
