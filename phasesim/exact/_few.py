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


def own_feature(a: Any, c: Any, p: Any) -> tuple[Any, Any, Any]:
    """H(c) = E (x - (a x + c)_+)² of a feature of density p, ∂H/∂a and ∂H/∂c, for a ≥ 0.

    A piecewise cubic in c with breaks at 0 and -a; the output is active for x > t = -c/a.
    """
    xp = namespace(c)
    alive = a > 0
    # a = 0: one state for all x
    t = xp.where(alive, xp.clip(-c / xp.where(alive, a, 1), 0, 1), xp.where(c > 0, 0, 1))
    t = t.astype(c.dtype)
    t2 = t * t
    gap, on1, on2, on3 = 1 - a, 1 - t, 1 - t2, (1 - t2 * t) / 3
    positive = xp.maximum(c, 0)
    h = 1 / 3 - on3 + gap * gap * on3 - gap * c * on2 + c * c * on1
    return (
        (1 - p) * positive * positive + p * h,
        p * (c * on2 - 2 * gap * on3),
        2 * (1 - p) * positive + p * (2 * c * on1 - gap * on2),
    )


def none_active(a: Any, b: Any, p: Any, weight: Any, n: int) -> RowLoss:
    """``weight`` times the loss of each output while no other feature is active."""
    h, by_a, by_c = own_feature(a, b, p)
    zero = namespace(b).zeros((*b.shape, n), b.dtype)
    return RowLoss(weight * h, weight * by_a, weight * by_c, zero, 0 * b)


def one_active(a: Any, b: Any, p: Any, couplings: Any, weight: Any) -> RowLoss:
    """Loss with exactly one other feature j active, weighted by ``weight`` (..., n, n)."""
    xp = namespace(b)
    last = 0 * b
    a, b, p = a[..., None], b[..., None], p[..., None]
    sums = [0.0, 0.0, 0.0, 0.0]
    for x, width in pieces(a, b, couplings):
        h, by_a, by_c = own_feature(a, b + couplings * x, p)
        for k, value in enumerate((h, by_a, by_c, by_c * x)):
            sums[k] = sums[k] + width * value
    loss, by_a, by_c, by_coupling = (weight * s / 2 for s in sums)
    total = lambda v: xp.sum(v, axis=-1)  # noqa: E731
    return RowLoss(total(loss), total(by_a), total(by_c), by_coupling, last)


def pieces(a: Any, b: Any, coupling: Any) -> Iterator[tuple[Any, Any]]:
    """Nodes x and widths of ∫₀¹ H(b + a_j x) dx, split where H breaks; weights are width/2.

    Two Gauss-Legendre nodes a piece are exact for cubics.
    """
    xp = namespace(b)
    steep = xp.where(coupling != 0, coupling, 1)
    zero, end = xp.clip(-b / steep, 0, 1), xp.clip((-a - b) / steep, 0, 1)
    edges = (0, xp.minimum(zero, end), xp.maximum(zero, end), 1)
    for left, right in pairwise(edges):
        for node in _NODES:
            yield left + node * (right - left), right - left


def add(*rows: RowLoss) -> RowLoss:
    """Sum of parts of a loss."""
    return RowLoss(*(sum(parts[1:], parts[0]) for parts in zip(*rows, strict=True)))
