"""Expected squared error of one ReLU output, by quadrature that is exact.

One output is E (x_i - (a x_i + b + Σ_j a_j x_j)_+)² over independent features, each 0 or, with
its density, uniform on [0, 1]. Integrated over the own feature it is a piecewise cubic H(c) of
c = b + Σ_j a_j x_j with breaks at c = 0 and c = -a. The other features are integrated one by
one, each split where what lies below it breaks, so that every piece is a polynomial which a few
Gauss-Legendre nodes integrate without error and without dividing by a_j.

Arrays are node-major, (nodes, lanes), a lane being one output of one model.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_gauss = functools.cache(np.polynomial.legendre.leggauss)


def output_loss(a: Array, b: Array, couplings: Array, p: Array, q: Array) -> tuple[Array, ...]:
    """Loss of each lane and its derivatives.

    Args:
        a: gain of the own feature, shape (lanes,), a ≥ 0.
        b: bias, shape (lanes,).
        couplings: a_j of the other features, shape (n_features - 1, lanes).
        p: density of the own feature, shape (lanes,).
        q: densities of the others, shape (n_features - 1, lanes).

    Returns:
        Loss, d/da, d/db, each (lanes,), and d/da_j, shape (n_features - 1, lanes).
    """
    c, weight, values = b[None], np.ones_like(b)[None], []
    for j, coupling in enumerate(couplings):
        rest = couplings[j + 1 :]
        x, dx = _nodes(c, coupling, _breaks(a, rest), _points(len(rest)))
        old = [np.broadcast_to(v, (len(x), *v.shape)).reshape(-1, b.size) for v in values]
        values = [*old, np.broadcast_to(x, (len(x), *c.shape)).reshape(-1, b.size)]
        c = (c + coupling * x).reshape(-1, b.size)
        # x[0] = 0 stands for the inactive feature, the rest for the active one
        dx *= q[j]
        dx[0] = 1.0 - q[j]
        weight = (weight * dx).reshape(-1, b.size)
    loss, slope_a, slope_c = (weight * h for h in _own_feature(a, c, p))
    by_coupling = [np.sum(slope_c * v, axis=0) for v in values]
    return (
        np.sum(loss, axis=0),
        np.sum(slope_a, axis=0),
        np.sum(slope_c, axis=0),
        np.stack(by_coupling) if by_coupling else np.empty((0, b.size)),
    )


def nodes_per_output(n_features: int) -> int:
    """How many values of c `output_loss` evaluates for each lane."""
    nodes = 1
    for below in range(n_features - 1):
        nodes *= 1 + (2 ** (below + 1) + 1) * _points(below)
    return nodes


def _points(below: int) -> int:
    """Gauss-Legendre nodes a piece, with ``below`` features integrated inside it.

    H and x_j dH/dc are cubic between breaks; each feature integrated below adds a degree.
    """
    return (3 + below) // 2 + 1


def _own_feature(a: Array, c: Array, p: Array) -> tuple[Array, Array, Array]:
    """H(c) = E (x - (a x + c)_+)², dH/da, dH/dc; the output is active for x > t."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        t = np.clip(-c / a, 0.0, 1.0)
    # a = 0: one state for all x (c = 0 = a gives NaN above; its output is 0, hence inactive)
    t = np.where(a > 0.0, t, np.where(c > 0.0, 0.0, 1.0))
    t2 = t * t
    gap, on1, on2, on3 = 1.0 - a, 1.0 - t, 1.0 - t2, (1.0 - t2 * t) / 3.0
    positive = np.maximum(c, 0.0)
    q = 1.0 - p
    h = 1.0 / 3.0 - on3 + gap * gap * on3 - gap * c * on2 + c * c * on1
    slope_a = c * on2 - 2.0 * gap * on3
    slope_c = 2.0 * c * on1 - gap * on2
    return (
        q * positive * positive + p * h,
        p * slope_a,
        2.0 * q * positive + p * slope_c,
    )


def _breaks(a: Array, rest: Array) -> Array:
    """Values of c at which the integral over the features in ``rest`` changes its polynomial."""
    breaks = np.stack([-a, np.zeros_like(a)])
    for coupling in rest:
        breaks = np.concatenate([breaks, breaks - coupling])
    return breaks


def _nodes(c: Array, coupling: Array, breaks: Array, points: int) -> tuple[Array, Array]:
    """Nodes and weights over [0, 1], shape (1 + nodes, len(c), lanes); node 0 is x = 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cuts = (breaks[:, None] - c) / coupling
    # a coupling of 0 leaves the integrand constant: any cut will do
    cuts = np.clip(np.nan_to_num(cuts), 0.0, 1.0)
    cuts.sort(axis=0)
    at, weights = _gauss(points)
    zero, one = np.zeros_like(cuts[:1]), np.ones_like(cuts[:1])
    edges = np.concatenate([zero, cuts, one])
    width = np.diff(edges, axis=0)
    x = edges[:-1] + width * ((at + 1.0) / 2.0)[:, None, None, None]
    dx = width * (weights / 2.0)[:, None, None, None]
    shape = (-1, *cuts.shape[1:])
    return np.concatenate([zero, x.reshape(shape)]), np.concatenate([zero, dx.reshape(shape)])
