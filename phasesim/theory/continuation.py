"""Following minima of the exact loss along the density, from either end: hysteresis.

A first-order transition lies inside a window of densities with two competing minima. Whoever
comes from one side stays in the minimum known from there until it ceases to be one, at the
spinodal, and not until another becomes lower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.theory._local import local_minimum
from phasesim.theory.moments import feature_variance
from phasesim.theory.optimum import optimum_grid

Array = NDArray[np.float64]

# a stationary point that is no minimum is left only from beside it; smaller than any barrier but
# those within about 1e-4 of a spinodal
_NUDGE = 1e-3
_SEED = 20220914


@dataclass(frozen=True)
class Path:
    """A minimum followed along the densities; arrays in the order of `Continuation.density`."""

    W: Array
    """Weights, shape (..., densities, n_hidden, n_features)."""
    b: Array
    """Biases, shape (..., densities, n_features)."""
    loss: Array
    """Expected loss summed over features, shape (..., densities)."""


@dataclass(frozen=True)
class Continuation:
    """The minima reached from both ends of a range of densities."""

    density: Array
    """Rising, shape (densities,)."""
    up: Path
    """From the optimum at the lowest density."""
    down: Path
    """From the optimum at the highest density."""


def continuation(
    n_features: int, n_hidden: int, *, density: ArrayLike, importance: ArrayLike
) -> Continuation:
    """Follow local minima of the exact expected loss along the density, upward and downward.

    Each way begins at the global optimum of its first density. Each further point is the lowest
    of the local minima that descents reach from the point before, one of its columns W_i moved by
    0.001 either way. Where the two ways differ, minima coexist.

    Args:
        n_features: n, at most 6.
        n_hidden: m.
        density: p in (0, 1], rising, shape (densities,); the ends of a window of coexistence
            are known to their spacing.
        importance: I ≥ 0 with a positive sum, shape (..., n_features).

    Returns:
        `Continuation`.

    Raises:
        UsageError: densities that do not rise, n_features > 6, arguments of the wrong shape.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", for
        the transition; its hysteresis is our own.

    >>> found = continuation(2, 1, density=[0.15, 0.17, 0.19], importance=[1.0, 0.1])
    >>> (abs(found.up.W[1, 0, 1]) > 0.5, abs(found.down.W[1, 0, 1]) > 0.5)
    (np.True_, np.False_)
    """
    p, weight = np.asarray(density, dtype=np.float64), np.asarray(importance, dtype=np.float64)
    if p.ndim != 1 or len(p) < 2 or not np.all(np.diff(p) > 0):
        raise UsageError("density: expected two or more rising values")
    ends = optimum_grid(n_features, n_hidden, density=p[[0, -1]], importance=weight[..., None, :])
    m, n = ends.W.shape[-2:]
    # one problem for each importance and way: all ways are walked side by side
    weight = np.broadcast_to(weight[..., None, :], ends.b.shape).reshape(-1, n)
    walk = np.stack([p, p[::-1]], axis=1)
    x = np.concatenate([ends.W.reshape(len(weight), -1), ends.b.reshape(len(weight), -1)], axis=1)
    points, losses, nudges = [x], [ends.loss.ravel()], _nudges(m, n)
    for both in walk[1:]:
        here = np.tile(both, len(weight) // 2)[:, None] + np.zeros(n)
        x, loss = _lowest_nearby(x + nudges[:, None], here, weight, m)
        points.append(x)
        losses.append(loss)
    shape = (len(p), *ends.b.shape[:-1])
    x = np.stack(points).reshape(*shape, -1)
    loss = np.stack(losses).reshape(shape)
    return Continuation(p, _path(x[..., 0, :], loss[..., 0], m, n),
                        _path(x[::-1, ..., 1, :], loss[::-1, ..., 1], m, n))  # fmt: skip


def spinodal(ratio: float) -> float:
    """Density below which a model of two features and one hidden unit cannot ignore the lesser.

    At W = (1 + αv, -v), b = (cv, p/2 + pv/2) the loss is r V + [Q - r V] v² + O(v³), least for
    α = 3p/8 - 3c/4 and (with B = 2 - 7p/2 + 2p²) c = p²/2/(B + √(B² + p³(1 - p))), with
    Q = p² (1/3 - c + c²) + (1-p) c² + p (1-p) c³/3 - 3p (p/2 - c)²/4. The spinodal is Q = r V.

    Args:
        ratio: importance r > 0 of one feature relative to the other; 1/r has the same spinodal.

    Returns:
        The density p.

    Raises:
        UsageError: ratio ≤ 0, or 1, where neither feature is the lesser.

    Reference:
        As `continuation`.

    >>> round(spinodal(0.5), 4)
    0.4569
    """
    from scipy.optimize import brentq

    if not 0 < ratio < np.inf or ratio == 1:
        raise UsageError(f"ratio: found {ratio}, expected a number above 0 other than 1")
    r = min(ratio, 1 / ratio)
    # more than a number only where it is asked for
    return cast(float, brentq(lambda p: _cost(p) - r * float(feature_variance(p)), 1e-9, 1.0))


def _cost(p: float) -> float:
    """Q(p): what a small antipodal weight costs, in units of its square."""
    half = 2 - 3.5 * p + 2 * p * p
    c = p * p / 2 / (half + np.sqrt(half * half + p**3 * (1 - p)))
    held = p * p * (1 / 3 - c + c * c) + (1 - p) * c * c + p * (1 - p) * c**3 / 3
    return float(held - 0.75 * p * (p / 2 - c) ** 2)


def _nudges(m: int, n: int) -> Array:
    """One column of W moved in a random direction, either way, shape (2 n, m n + n)."""
    direction = np.random.default_rng(_SEED).standard_normal(m)
    column = _NUDGE * direction / np.linalg.norm(direction)
    moved = column[:, None] * np.eye(n)[:, None]
    found = np.concatenate([moved.reshape(n, -1), np.zeros((n, n))], axis=1)
    return np.concatenate([found, -found])


def _lowest_nearby(start: Array, p: Array, weight: Array, m: int) -> tuple[Array, Array]:
    """Lowest end of descents from (nudges, problems, parameters), and its loss."""
    nudges, problems, size = start.shape
    copies = (np.tile(v, (nudges, 1)) for v in (p, weight))
    ends, loss = local_minimum(start.reshape(-1, size), *copies, m=m)
    loss = loss.reshape(nudges, problems)
    winner, at = np.argmin(loss, axis=0), np.arange(problems)
    return ends.reshape(start.shape)[winner, at], loss[winner, at]


def _path(x: Array, loss: Array, m: int, n: int) -> Path:
    """Densities from the first axis to the one before the parameters."""
    x, loss = np.moveaxis(x, 0, -2), np.moveaxis(loss, 0, -1)
    return Path(x[..., : m * n].reshape(*x.shape[:-1], m, n), x[..., m * n :], loss)
