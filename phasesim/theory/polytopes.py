"""The polytopes that features in uniform superposition form, as unit vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from phasesim.errors import UsageError, did_you_mean

Array = NDArray[np.float64]


def polytope(name: str) -> Array:
    """Vertices of a polytope whose corners are all alike, W Wᵀ = (k/d) 1.

    Each is a unit tight frame, so that all its features have the dimensionality d/k.

    Args:
        name: a key of `POLYTOPES`.

    Returns:
        Unit columns, shape (d, k): k vertices in d dimensions.

    Raises:
        UsageError: no such polytope.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition".

    >>> polytope("triangle").round(3)
    array([[ 1.   , -0.5  , -0.5  ],
           [ 0.   ,  0.866, -0.866]])
    """
    if name not in POLYTOPES:
        raise UsageError(f"no polytope '{name}', {did_you_mean(name, list(POLYTOPES))}")
    return POLYTOPES[name]()


def k_gon(k: int) -> Array:
    """Regular polygon with k corners, shape (2, k)."""
    angle = 2 * np.pi * np.arange(k) / k
    return np.stack([np.cos(angle), np.sin(angle)])


def simplex(k: int) -> Array:
    """Regular simplex, shape (k - 1, k): k vectors that sum to 0, cosines -1/(k - 1)."""
    # the rows are the directions in which k - 1 equal weights and one other balance
    rows = [np.append(np.append(np.zeros(j), 1.0), np.full(k - 1 - j, -1 / (k - 1 - j)))
            for j in range(k - 1)]  # fmt: skip
    W = np.stack([row / np.linalg.norm(row) for row in rows])
    return W * np.sqrt(k / (k - 1))


def square_antiprism() -> Array:
    """Two squares turned by 45°, at the height 1/√3 that makes the frame tight, shape (3, 8)."""
    angle = np.pi / 4 * (2 * np.arange(4) + np.array([[0.0], [1.0]]))
    height = np.broadcast_to([[1.0], [-1.0]], angle.shape) / np.sqrt(3)
    ring = np.sqrt(2 / 3) * np.stack([np.cos(angle), np.sin(angle)])
    return np.concatenate([ring, height[None]]).reshape(3, 8)


#: name -> its vertices, from the most to the least dimensions a feature
POLYTOPES: dict[str, Callable[[], Array]] = {
    "dedicated": lambda: np.ones((1, 1)),
    "5-cell": lambda: simplex(5),
    "tetrahedron": lambda: simplex(4),
    "triangle": lambda: k_gon(3),
    "digon": lambda: simplex(2),
    "pentagon": lambda: k_gon(5),
    "square antiprism": square_antiprism,
    "hexagon": lambda: k_gon(6),
    "heptagon": lambda: k_gon(7),
}
