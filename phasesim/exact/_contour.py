"""The loss under an unbounded amplitude, by an integral in the complex plane.

With M(s) = E e^{sz} analytic between poles on the real axis at most, and b < 0,

  E (z + b)_+² = 1/(2πi) ∫ 2 e^{sb} M(s)/s³ ds

along any path from below to above that crosses the real axis between 0 and the first positive pole;
for b ≥ 0 the same between the first negative pole and 0 is that less E (z + b)². The path is a
hyperbola s = ρ + ρ sin(θ + iu) that bends to where e^{sb} vanishes. In u the integrand falls
off exponentially, and is analytic for θ on both sides: equal steps converge as e^{-O(√K)} whatever
the couplings, where a series would take as many terms as the smallest of them asks for.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, NamedTuple

from phasesim.exact._activity import Activity
from phasesim.exact._dependent import Outputs, bounded_several, outputs
from phasesim.exact._law import Smooth
from phasesim.exact._output import Integrands, Place
from phasesim.exact._waves import Pair, Waves, times
from phasesim.numerics import namespace

#: how far the integrand is bounded on either side of the path, as a part of its angle
_WITHIN = 0.75


class Path(NamedTuple):
    """Points s on one half of the path and the steps ds between them, (..., i, k)."""

    s: Pair
    ds: Pair


class Unbounded(Smooth):
    """An amplitude with a density whose E e^{sx} is known in the complex plane."""

    #: e^{-2√(πdK)} is then 5e-7 for d = 0.3
    most_terms = 64

    @abstractmethod
    def integrals(self, s: Pair) -> Waves:
        """χ = E e^{sx}, ψ = E x e^{sx} and ψ₂ = E x² e^{sx}."""

    @abstractmethod
    def width(self, out: Outputs, side: Any) -> Any:
        """2ρ > 0, (..., 1, n): on the real axis from 0 to side · 2ρ M is of order 1."""

    @abstractmethod
    def angle(self, activity: Activity) -> Any:
        """θ, (contexts, 1, 1): M is bounded on paths of angles from 0 to 2θ."""

    def place(self, G: Any, b: Any, activity: Activity) -> Place:
        always = (b >= 0).astype(G.dtype) + 0 * activity.weight[:, None]
        return Place(0 * always + 1, 0 * always, always)

    def length(self, out: Outputs) -> Any:
        """The integral of |2 ds/s³| over the path is about 2/(2ρ)²."""
        return 5 / self.width(out, 1 - 2 * out.place.always)

    def path(self, out: Outputs, activity: Activity, k: Any, n_waves: int, at: float = 1) -> Path:
        """Points k = 1 … n_waves of the path whose angle is ``at`` times θ."""
        xp = namespace(k)
        side = 1 - 2 * out.place.always
        rho, angle = self.width(out, side)[..., None] / 2, self.angle(activity)[..., None]
        # the error of finite steps and what lies beyond the end are then equal
        step = xp.sqrt(math.pi * _WITHIN * angle / n_waves)
        u, sin, cos = step * (k - 1), xp.sin(at * angle), xp.cos(at * angle)
        grown, falling = xp.exp(u), xp.exp(-u)
        cosh, sinh = (grown + falling) / 2, (grown - falling) / 2
        weight = step * rho * (1 - (k == 1).astype(k.dtype) / 2)
        side = side[..., None]
        s = side * rho * (1 + cosh * sin), rho * sinh * cos
        return Path(s, (side * weight * sinh * sin, weight * cosh * cos))

    def sampled(
        self, out: Outputs, activity: Activity, k: Any, n_waves: int
    ) -> tuple[Waves, Integrands]:
        path = self.path(out, activity, k, n_waves)
        at_others = tuple(v[..., 0, :, None, :] * out.couplings[..., None] for v in path.s)
        return self.integrals(at_others), self._integrands(out, path)

    def estimate(self, values: Any, k: Any, n_waves: int) -> Any:
        """What every other point, twice the step, makes different: about the error's root."""
        return namespace(values).sum((1 - 2 * (k % 2)) * values, axis=-1)

    def _integrands(self, out: Outputs, path: Path) -> Integrands:
        xp = namespace(path.s[0])
        own, p = out.own[..., None], out.state[..., None]
        chi, psi, psi2 = self.integrals(tuple(v * own for v in path.s))
        s2 = path.s[0] ** 2 + path.s[1] ** 2
        inverse = path.s[0] / s2, -path.s[1] / s2
        shift = tuple(v * out.bias[..., None] for v in path.s)
        grown = xp.exp(shift[0])
        # Re (1/πi) ∫ over this half of the path is all of (1/2πi) ∫; E (y)_+² takes 2/s³
        front = times(path.ds, (grown * xp.cos(shift[1]), grown * xp.sin(shift[1])))
        front = times((2 / math.pi * front[1], -2 / math.pi * front[0]), inverse)
        mixed = times((1 - p + p * chi[0], p * chi[1]), inverse)
        by_b = mixed[0] - p * psi[0], mixed[1] - p * psi[1]
        weighted = times(psi, inverse)
        by_own = p * (weighted[0] - psi2[0]), p * (weighted[1] - psi2[1])
        by_shift = times(front, by_b)
        return Integrands(times(by_shift, inverse), by_shift, times(front, by_own))

    def tail(self, G: Any, b: Any, activity: Activity, n_waves: int) -> Any:
        """Steps h leave out e^{-2πd/h} times the integrals at distance d on both sides of the path.

        Beyond its end lies half of the last term, as terms fall at least as e^{-2u}; taken 4-fold.
        """
        xp, out = namespace(G), outputs(self, G, b, activity)
        k = xp.arange(1, n_waves + 1).astype(G.dtype)
        sizes = [
            self._sizes(out, activity, self.path(out, activity, k, n_waves, at))
            for at in (1 - _WITHIN, 1, 1 + _WITHIN)
        ]
        reach = _WITHIN * self.angle(activity)[..., 0]
        step = xp.sqrt(math.pi * reach / n_waves)
        steps = xp.sum(sizes[0] + sizes[2], axis=-1) * 2 * xp.exp(-2 * math.pi * reach / step)
        return steps + 2 * sizes[1][..., -1] / step

    def _sizes(self, out: Outputs, activity: Activity, path: Path) -> Any:
        """Bounds on the terms of each output's loss, (..., contexts, n, k)."""
        xp = namespace(path.s[0])
        at_others = tuple(v[..., 0, :, None, :] * out.couplings[..., None] for v in path.s)
        several = bounded_several(out, activity, _size(self.integrals(at_others).chi))
        return xp.sum(several * _size(self._integrands(out, path).loss), axis=-3)


def _size(x: Pair) -> Any:
    return namespace(x[0]).sqrt(x[0] ** 2 + x[1] ** 2)
