"""Polytopes that a component is compared with: a table, and two endless families."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from phasesim.theory import polytopes as shapes

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Polytope:
    """A named arrangement of k unit vectors in d dimensions."""

    name: str
    """Such as ``pentagon``."""
    vertices: Array
    """Unit columns, shape (d, k)."""

    @property
    def k(self) -> int:
        """Number of vertices."""
        return self.vertices.shape[1]

    @property
    def d(self) -> int:
        """Number of dimensions they span."""
        return self.vertices.shape[0]

    @functools.cached_property
    def cosines(self) -> Array:
        """Between all vertices, shape (k, k)."""
        return self.vertices.T @ self.vertices

    @functools.cached_property
    def scale(self) -> float:
        """Root mean square cosine between two different vertices, 0 for a single one."""
        pairs = self.cosines[np.triu_indices(self.k, 1)]
        return float(np.sqrt(np.mean(pairs**2))) if pairs.size else 0.0


def _cube() -> Array:
    return np.stack(np.meshgrid(*[[-1.0, 1.0]] * 3)).reshape(3, 8) / np.sqrt(3)


def _icosahedron() -> Array:
    golden = (1 + np.sqrt(5)) / 2
    corners = [np.roll([0.0, a, b * golden], s) for s in range(3) for a in (-1, 1) for b in (-1, 1)]
    return np.array(corners).T / np.hypot(1, golden)


_DIGON = shapes.simplex(2)
#: name -> polytope. Those that a tegum sum of others makes (square, octahedron, bipyramids) are
#: here too: their parts are orthogonal, so that `tegum_factors` takes them apart.
POLYTOPES: dict[str, Polytope] = {
    name: Polytope(name, vertices)
    for name, vertices in {
        **{name: make() for name, make in shapes.POLYTOPES.items()},
        "aligned pair": np.ones((1, 2)),
        "square": shapes.k_gon(4),
        "octahedron": block_diag(_DIGON, _DIGON, _DIGON),
        "triangular bipyramid": block_diag(shapes.k_gon(3), _DIGON),
        "pentagonal bipyramid": block_diag(shapes.k_gon(5), _DIGON),
        "cube": _cube(),
        "icosahedron": _icosahedron(),
    }.items()
}


@functools.lru_cache(maxsize=1024)
def polytopes_of(k: int, d: int) -> tuple[Polytope, ...]:
    """All known polytopes of k vertices in d dimensions.

    Those of `POLYTOPES`; where it has none, the regular k-gon for d = 2 ("9-gon") and the regular
    simplex for k = d + 1 ("6-simplex").

    Args:
        k: number of vertices.
        d: number of dimensions.

    Returns:
        `Polytope`s, empty where none is known.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".

    >>> [polytope.name for polytope in polytopes_of(8, 3)]
    ['square antiprism', 'cube']
    >>> polytopes_of(7, 6)[0].name
    '6-simplex'
    """
    found = tuple(p for p in POLYTOPES.values() if (p.k, p.d) == (k, d))
    if not found and d == 2 and k > 2:
        found = (Polytope(f"{k}-gon", shapes.k_gon(k)),)
    if not found and k == d + 1:
        found = (Polytope(f"{d}-simplex", shapes.simplex(k)),)
    return found
