"""The part of an output's loss with two or more other features active, as a Fourier series.

Its mean takes moments of z for the polynomial part of an output (`_output`) and the
characteristic function of z at 2πk/T for the periodic one. The terms fall as k^-3 times the
characteristic function of two active features, k^-2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from phasesim.exact._counts import Counts
from phasesim.exact._few import RowLoss, add
from phasesim.exact._moments import Moments, moments
from phasesim.exact._output import Cubic, Integrands, cubic, integrands, placed
from phasesim.exact._products import real, several, slopes
from phasesim.exact._waves import characteristic, waves
from phasesim.numerics import namespace


class Terms(NamedTuple):
    """Which terms of the series are computed.

    Attributes:
        n_waves: how many.
        chunk: how many at a time.
        slopes: whether the derivatives by the couplings are wanted too; they are 0 otherwise.
    """

    n_waves: int
    chunk: int
    slopes: bool = True


def several_active(
    a: Any, b: Any, couplings: Any, densities: tuple[Any, Any, Any], chance: Counts, terms: Terms
) -> RowLoss:
    """Loss of each output while at least two other features are active.

    Args:
        a: gain of the own feature, (..., n), ≥ 0.
        b: bias, (..., n).
        couplings: a_j, (..., n, n).
        densities: of the own feature, (..., n); of feature j where output i depends on it, else
            0, (..., n, n); and of every j but i, on which derivatives by a_j depend.
        chance: `counts` of the second.
        terms: of the series.
    """
    p, others, beside = densities
    place = placed(a, b, couplings)
    xp = namespace(b)
    parts = [_polynomial_part(cubic(a, b, p, place), moments(couplings, others, beside, chance))]
    for first in range(1, terms.n_waves + 1, terms.chunk):
        k = xp.arange(first, min(first + terms.chunk, terms.n_waves + 1)).astype(b.dtype)
        late = (k > terms.n_waves // 2).astype(b.dtype)
        part = integrands(k, a, b, p, place)
        dense = others, beside if terms.slopes else None
        parts.append(_waves_part(k, late, part, couplings, dense, place.period))
    return add(*parts)


def _polynomial_part(parts: Cubic, z: Moments) -> RowLoss:
    value, own = parts
    return RowLoss(
        sum(c * v for c, v in zip(value, z.values, strict=True)),
        sum(c * v for c, v in zip(own, z.values[:3], strict=True)),
        value[1] * z.values[0] + 2 * value[2] * z.values[1] + 3 * value[3] * z.values[2],
        sum(c[..., None] * v for c, v in zip(value[1:], z.slopes, strict=True)),
        0 * value[0],
    )


def _waves_part(
    k: Any, late: Any, part: Integrands, couplings: Any, densities: tuple[Any, Any], T: Any
) -> RowLoss:
    others, beside = densities
    turns = (couplings / T[..., None])[..., None] * k
    if beside is None:
        found, coupling = several(others, characteristic(turns))[0], 0 * others
    else:
        other = waves(turns)
        found, before = several(others, other.chi)
        coupling = beside * slopes(others, other, before, part.shift)
    return RowLoss(
        real(part.loss, found),
        real(part.own, found),
        real(part.shift, found),
        coupling,
        real(part.loss, (late * found[0], late * found[1])),
    )
