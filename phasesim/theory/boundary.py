"""Where, in density, the last feature changes its phase in the true optimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phasesim.metrics._phases import REPRESENTED_NORM
from phasesim.metrics.feature_norm import feature_norm
from phasesim.metrics.superposition import superposition
from phasesim.theory.candidates import paper_boundary
from phasesim.theory.optimum import optimum_grid

Array = NDArray[np.float64]

#: the boundary is known to this, either way
PRECISION = 0.0005

# far below the smallest norm at which a feature appears, far above rounding
_ZERO = 1e-3
_SCAN = np.geomspace(1e-4, 1.0, 80).reshape(8, 10)
_CUTS = 12


@dataclass(frozen=True)
class Boundary:
    """Densities below which the last feature is represented (shared, for ratio > 1)."""

    ratio: float
    """Importance of the last feature relative to the others."""
    density_leaves_zero: float | None
    """Below it the norm exceeds 0 in the true optimum."""
    density_half: float | None
    """Below it the norm exceeds 1/2, that is, the feature is no longer ignored."""
    density_paper: float | None
    """The same by the paper's candidates."""


def boundary(n_features: int, n_hidden: int, ratio: float) -> Boundary:
    """Phase boundary of the last feature, of importance ``ratio``, in the true optimum.

    For r ≤ 1 what leaves zero as the density falls is ‖W_n‖. For r > 1 the last feature is always
    represented, and what leaves zero is its overlap with the others, (s_n)^½; for (2, 1) that is
    the norm of the other feature, and the boundary the mirror image under r → 1/r.

    Args:
        n_features: n, at most 6.
        n_hidden: m.
        ratio: r > 0.

    Returns:
        `Boundary`; each density to ±0.0005, and None where the quantity stays on one side of its
        threshold at all densities from 1e-4 to 1.

    Raises:
        UsageError: n_features > 6, or ratio ≤ 0.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", for
        the paper's boundary; the true one is our own.

    >>> found = boundary(2, 1, 0.5)
    >>> round(found.density_leaves_zero, 2), round(found.density_paper, 4)
    (0.48, 0.4444)
    """
    paper = paper_boundary(n_features, n_hidden, ratio)
    importance = np.append(np.ones(n_features - 1), ratio)

    def strength(density: Array) -> Array:
        W = optimum_grid(n_features, n_hidden, density=density, importance=importance).W
        return feature_norm(W)[:, -1] if ratio <= 1 else np.sqrt(superposition(W)[:, -1])

    density, found = np.empty(0), np.empty(0)
    for block in reversed(_SCAN):
        density = np.concatenate([block, density])
        found = np.concatenate([strength(block), found])
        if np.max(found) > REPRESENTED_NORM:
            break
    leaves_zero, half = (
        _crossing(strength, level, density, found > level) for level in (_ZERO, REPRESENTED_NORM)
    )
    return Boundary(ratio, leaves_zero, half, paper)


def _crossing(
    strength: Callable[[Array], Array], level: float, density: Array, above: NDArray[np.bool_]
) -> float | None:
    """Largest density at which ``strength`` falls to ``level``, by ever finer scans."""
    if above[-1] or not above.any():
        return None
    while True:
        k = int(np.flatnonzero(above)[-1])
        low, high = density[k], density[k + 1]
        if high - low <= 2 * PRECISION:
            return float((low + high) / 2)
        # the ends are known; asking for them again would only cost time
        inside = np.linspace(low, high, _CUTS + 2)[1:-1]
        density = np.concatenate([[low], inside, [high]])
        above = np.concatenate([[True], strength(inside) > level, [False]])
