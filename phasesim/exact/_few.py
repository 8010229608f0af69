"""The part of an output's loss with at most one other feature active: no series is needed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from phasesim.numerics import namespace

#: nodes of the two-point Gauss-Legendre rule on [0, 1]: exact for cubics
_NODES = (0.5 - 0.5 / 3**0.5, 0.5 + 0.5 / 3**0.5)


class RowLoss(NamedTuple):
    """Loss of each output i and its derivatives.

    Attributes:
        loss: (..., n).
        own: ∂/∂G_ii, (..., n).
        bias: ∂/∂b_i, (..., n).
        coupling: ∂/∂G_ij as used by output i, (..., n, n).
        last: what the second half of the series adds to the loss, (..., n).
    """

    loss: Any
    own: Any
    bias: Any
    coupling: Any
    last: Any


def own_feature(a: Any, c: Any, p: Any, low: int = 0) -> tuple[Any, Any, Any]:
    """H(c) = E (x - (a x + c)_+)² of a feature of density p, ∂H/∂a and ∂H/∂c, for a ≥ 0.

    The feature is uniform on [low, 1], low 0 or -1. A piecewise cubic in c with breaks at 0, -a
    and -a low; the output is active for x > t = -c/a.
    """
    xp = namespace(c)
    alive = a > 0
    # a = 0: one state for all x
    t = xp.where(alive, xp.clip(-c / xp.where(alive, a, 1), low, 1), xp.where(c > 0, low, 1))
    t = t.astype(c.dtype)
    t2 = t * t
    gap, on1, on2, on3 = 1 - a, 1 - t, 1 - t2, (1 - t2 * t) / 3
    positive = xp.maximum(c, 0)
    h = (1 - low) / 3 - on3 + gap * gap * on3 - gap * c * on2 + c * c * on1
    on = p / (1 - low)
    return (
        (1 - p) * positive * positive + on * h,
        on * (c * on2 - 2 * gap * on3),
        2 * (1 - p) * positive + on * (2 * c * on1 - gap * on2),
    )


def none_active(a: Any, b: Any, p: Any, weight: Any, n: int) -> RowLoss:
    """``weight`` times the loss of each output while no other feature is active."""
    h, by_a, by_c = own_feature(a, b, p)
    zero = namespace(b).zeros((*b.shape, n), b.dtype)
    return RowLoss(weight * h, weight * by_a, weight * by_c, zero, 0 * b)


def one_active(a: Any, b: Any, p: Any, couplings: Any, chance: Any, beside: Any) -> RowLoss:
    """Loss with exactly one other feature j active.

    Args:
        a: gain of the own feature, (..., n).
        b: bias, (..., n).
        p: density of the own feature, (..., n).
        couplings: a_j, (..., n, n).
        chance: P(j is coupled and active, and no other is), (..., n, n).
        beside: P(j is active, and no other that is coupled), for the derivative by a_j.
    """
    xp = namespace(b)
    last = 0 * b
    sums = one_other(a[..., None], b[..., None], p[..., None], couplings)
    loss, by_a, by_c = (xp.sum(chance * s / 2, axis=-1) for s in sums[:3])
    return RowLoss(loss, by_a, by_c, beside * sums[3] / 2, last)


def one_other(a: Any, b: Any, p: Any, coupling: Any, low: int = 0) -> list[Any]:
    """∫ H(b + a_j x) dx over [low, 1], its derivatives by a and b, and ∫ x H' dx; all twice."""
    sums = [0.0, 0.0, 0.0, 0.0]
    for x, width in pieces(a, b, coupling, low):
        h, by_a, by_c = own_feature(a, b + coupling * x, p, low)
        for k, value in enumerate((h, by_a, by_c, by_c * x)):
            sums[k] = sums[k] + width * value
    return sums


def pieces(a: Any, b: Any, coupling: Any, low: int = 0) -> Iterator[tuple[Any, Any]]:
    """Nodes x and widths of ∫ H(b + a_j x) dx over [low, 1], split where H breaks.

    Two Gauss-Legendre nodes a piece are exact for cubics; their weights are width/2.
    """
    xp = namespace(b)
    steep = xp.where(coupling != 0, coupling, 1)
    breaks = (-b, -a - b) if low == 0 else (-b, -a - b, a - b)
    cuts = [xp.clip(v / steep, low, 1) for v in breaks]
    for last in range(len(cuts) - 1, 0, -1):
        for k in range(last):
            cuts[k], cuts[k + 1] = xp.minimum(*cuts[k : k + 2]), xp.maximum(*cuts[k : k + 2])
    for left, right in pairwise((low, *cuts, 1)):
        for node in _NODES:
            yield left + node * (right - left), right - left


def add(*rows: RowLoss) -> RowLoss:
    """Sum of parts of a loss."""
    return RowLoss(*(sum(parts[1:], parts[0]) for parts in zip(*rows, strict=True)))
