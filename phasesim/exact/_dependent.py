"""The loss of each output for dependent features and any amplitude that has a density.

As `_tied` does for independent uniform features: exact with no or one other feature active, a
sum over characteristic functions with several. Output i's own set enters by state, feature i silent
and active.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from phasesim.exact._activity import Activity
from phasesim.exact._few import RowLoss, add
from phasesim.exact._joint import Features, slopes, total
from phasesim.exact._output import Place
from phasesim.exact._polynomial import loss_and_slope, moment, of_feature, powers, series_times
from phasesim.exact._products import real
from phasesim.exact._series import Terms
from phasesim.exact._waves import times
from phasesim.numerics import namespace


class Outputs(NamedTuple):
    """What the losses of outputs depend on, with axes (..., contexts or 1, 2 states, n).

    Attributes:
        own: gain of the own feature.
        bias: b.
        state: probability that the own feature is active: 0 and 1.
        couplings: a_ij to the others, (..., contexts or 1, n, n), 0 to itself.
        place: where the kink lies, (..., contexts, 1, n).
    """

    own: Any
    bias: Any
    state: Any
    couplings: Any
    place: Place

    @property
    def live(self) -> Any:
        """1 where an output depends on a feature."""
        return (self.couplings != 0).astype(self.couplings.dtype)


def outputs(law: Any, G: Any, b: Any, activity: Activity) -> Outputs:
    """`Outputs` from Gram matrices (..., 1, n, n) and biases (..., 1, n)."""
    xp = namespace(G)
    apart = xp.asarray(1 - xp.eye(G.shape[-1]), G.dtype)
    own, state = xp.sum(G * (1 - apart), axis=-1), xp.asarray([[0.0], [1.0]], G.dtype)
    place = Place(*(v[..., None, :] for v in law.place(G, b, activity)))
    return Outputs(own[..., None, :], b[..., None, :], state, G * apart, place)


def row_losses(law: Any, G: Any, b: Any, activity: Activity, terms: Terms) -> RowLoss:
    """`Law.rows` of a law with a density."""
    xp = namespace(G)
    out = outputs(law, G, b, activity)
    parts = _direct(law, out, activity)
    last_wave = terms.n_waves if G.shape[-1] > 2 else 0
    for first in range(1, last_wave + 1, terms.chunk):
        k = xp.arange(first, min(first + terms.chunk, terms.n_waves + 1)).astype(G.dtype)
        parts.append(_oscillating(law, out, activity, k, terms))
    rows = add(*parts)
    loss, own, bias, last = (xp.sum(v, axis=-2) for v in (*rows[:3], rows.last))
    # what stands for the coupling of a feature to itself is not one
    coupling = xp.sum(rows.coupling, axis=-3) * xp.asarray(1 - xp.eye(G.shape[-1]), G.dtype)
    return RowLoss(loss, own, bias, coupling, last)


def _direct(law: Any, out: Outputs, activity: Activity) -> list[RowLoss]:
    """The loss with at most one other feature active, and the polynomial part of the rest."""
    xp, live = namespace(out.own), out.live
    z = Features(live, powers(law.moments, out.couplings), of_feature(law.moments, out.couplings))
    law_of_z, before = total(activity, z, series_times)
    value, by_own = loss_and_slope(law.moments, out.own, out.bias, out.state, out.place)
    by_z = [(r + 1) * c for r, c in enumerate(value[1:])]
    coupling, alone = slopes(activity, z, before, series_times, lambda m: moment(by_z, m))
    several = [moment(c, law_of_z.several) for c in (value, by_own, by_z)]
    # on the diagonal the coupling is 0: there stands the loss with no other feature active
    diagonal = xp.asarray(xp.eye(out.own.shape[-1]), live.dtype)
    chance = alone * live[..., None, :, :] + law_of_z.none * diagonal
    a, b, p = (v[..., None] for v in (out.own, out.bias, out.state))
    few = law.one_other(a, b, p, out.couplings[..., None, :, :])
    one = [xp.sum(chance * v, axis=-1) for v in few[:3]]
    return [
        RowLoss(*several, coupling=coupling, last=0 * several[0]),
        RowLoss(*one, coupling=alone * few[3], last=0 * one[0]),
    ]


def _oscillating(law: Any, out: Outputs, activity: Activity, k: Any, terms: Terms) -> RowLoss:
    """Terms k of the part of the loss that characteristic functions give."""
    other, part = law.sampled(out, activity, k, terms.n_waves)
    z = Features(out.live, other.chi, other.psi if terms.slopes else ())
    law_of_z, before = total(activity, z, times)
    found = law_of_z.several
    coupling = 0 * law_of_z.none
    if terms.slopes:
        coupling = slopes(activity, z, before, times, lambda v: real(part.shift, v))[0]
    values = part.loss[0] * found[0] - part.loss[1] * found[1]
    return RowLoss(
        namespace(values).sum(values, axis=-1),
        real(part.own, found),
        real(part.shift, found),
        coupling,
        law.estimate(values, k, terms.n_waves),
    )


def bounded_several(out: Outputs, activity: Activity, bound: Any) -> Any:
    """Bound on E |Π_j χ_j| where several are active, from bounds on |χ_j|: (..., 2, i, k)."""
    of_bounds = Features(out.live, (bound,), ())
    return total(activity, of_bounds, lambda x, y: (x[0] * y[0],))[0].several[0]


def roundings(law: Any, G: Any, b: Any, activity: Activity) -> Any:
    """Estimate of the rounding of each output's loss: one of each mean square involved."""
    xp = namespace(G)
    out = outputs(law, G, b, activity)
    z = Features(out.live, powers(law.moments, xp.abs(out.couplings)), ())
    several = total(activity, z, series_times)[0].several
    chance, square = (xp.sum(several[r][..., 0], axis=-2) for r in (0, 2))
    second, p, size = law.moments[1], activity.density, xp.abs(b)[..., None] + xp.abs(G)
    one = second * xp.sum(p[..., None, :] * size * size, axis=-1)
    length = law.length(out)[..., 0, :]
    events = one + 2 * square + chance * (b * b + length * length / 12)
    return np.finfo(G.dtype).eps * (second * p + xp.maximum(b, 0) ** 2 + events)
