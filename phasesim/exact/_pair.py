"""The exact loss of models with two features, written out number by number.

Every line is elementwise, so that a compiler turns models side by side into vector code.
"""

from __future__ import annotations

from typing import Any

from phasesim.exact._few import own_feature, pieces
from phasesim.numerics import namespace


def pair_loss_and_gradient(W: Any, b: Any, p: Any, importance: Any) -> Any:
    """L, ∂L/∂W, ∂L/∂b of models W (..., m, 2) with b, p and importance (..., 2); error 0."""
    xp = namespace(W)
    first, second = W[..., 0], W[..., 1]
    G = [_dot(first, first), _dot(first, second), _dot(second, second)]
    outputs = [
        _output(G[2 * i], b[..., i], p[..., i], G[1], p[..., 1 - i], importance[..., i])
        for i in (0, 1)
    ]
    loss, own, bias, coupling = zip(*outputs, strict=True)
    shared = (coupling[0] + coupling[1])[..., None]
    by_first = 2 * own[0][..., None] * first + shared * second
    by_second = 2 * own[1][..., None] * second + shared * first
    total = loss[0] + loss[1]
    return total, xp.stack([by_first, by_second], -1), xp.stack(bias, -1), 0 * total


def _dot(x: Any, y: Any) -> Any:
    return sum(x[..., k] * y[..., k] for k in range(x.shape[-1]))


def _output(a: Any, b: Any, p: Any, coupling: Any, other: Any, weight: Any) -> list[Any]:
    """Weighted loss of one output and its derivatives by a, b and the coupling."""
    none, one = weight * (1 - other), weight * other / 2
    h, by_a, by_b = (none * v for v in own_feature(a, b, p))
    by_coupling = 0.0
    for x, width in pieces(a, b, coupling):
        values = own_feature(a, b + coupling * x, p)
        share = one * width
        h, by_a = h + share * values[0], by_a + share * values[1]
        slope = share * values[2]
        by_b, by_coupling = by_b + slope, by_coupling + slope * x
    return [h, by_a, by_b, by_coupling]
