"""The simplified candidates from which the paper draws its phase diagrams.

Unit weights; a bias only where a feature is dropped; n - 1 ordinary features of importance 1 and
a last one of importance ``ratio``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.metrics._phases import Phase
from phasesim.theory.moments import feature_variance

Array = NDArray[np.float64]

#: phase of the last feature in each candidate
CANDIDATE_PHASE = {
    "ignore": Phase.IGNORED,
    "dedicate": Phase.DEDICATED,
    "superpose": Phase.SUPERPOSED,
}

#: where ignoring one feature of importance 1 costs as much as an antipodal pair: V(p) = p²/3
TRIPLE_DENSITY = 4 / 7


def phase_candidates(
    n_features: int, n_hidden: int, *, density: ArrayLike, ratio: ArrayLike
) -> dict[str, float] | dict[str, Array]:
    """Least loss of the paper's structures, by what they do with the last feature.

    A dedicated feature takes 1 dimension and costs 0, an antipodal pair takes 1 and costs
    (I_i + I_j) p²/6, an ignored feature takes none and costs I_i V(p), V(p) = p/3 - p²/4. Each
    entry is the cheapest structure that fits into n_hidden dimensions with the last feature in
    the state named. For (2, 1): r V(p), V(p) and (1 + r) p²/6.

    Args:
        n_features: n, at least 1.
        n_hidden: m, at least 1.
        density: p in (0, 1], any shape.
        ratio: importance r of the last feature, any shape that broadcasts with ``density``.

    Returns:
        Losses summed over features under "ignore", "dedicate" and "superpose" (inf for a single
        feature, which has no mate): floats, or arrays of the common shape.

    Raises:
        UsageError: n_features or n_hidden below 1, density outside (0, 1], negative ratio.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".

    >>> found = phase_candidates(2, 1, density=0.3, ratio=0.5)
    >>> {name: round(loss, 6) for name, loss in found.items()}
    {'ignore': 0.03875, 'dedicate': 0.0775, 'superpose': 0.0225}
    """
    _check(n_features, n_hidden)
    p, r = np.broadcast_arrays(np.asarray(density, float), np.asarray(ratio, float))
    for name, value, right, expected in (
        ("density", p, (p > 0) & (p <= 1), "in (0, 1]"),
        ("ratio", r, (r >= 0) & (r < np.inf), "of at least 0"),
    ):
        if not np.all(right):
            raise UsageError(f"{name}: found {value[~right][0]:g}, expected a number {expected}")
    n, m = n_features - 1, n_hidden
    candidates = {
        "ignore": r * feature_variance(p) + _ordinary(n, m, p),
        "dedicate": _ordinary(n, m - 1, p),
        "superpose": (1 + r) * p * p / 6 + _ordinary(n - 1, m - 1, p),
    }
    if p.ndim == 0:
        return {name: float(loss) for name, loss in candidates.items()}
    return candidates


def phase_of_candidates(candidates: dict[str, float] | dict[str, Array]) -> NDArray[np.int8]:
    """Phase of the last feature in the cheapest candidate.

    argmin over the candidates; the first of equals in the order ignore, dedicate, superpose.

    Args:
        candidates: as returned by `phase_candidates`.

    Returns:
        Codes of `phasesim.metrics.phase`, int8, of the candidates' shape.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".

    >>> phase_of_candidates(phase_candidates(2, 1, density=[0.1, 0.9], ratio=0.5))
    array([2, 0], dtype=int8)
    """
    codes = np.array([CANDIDATE_PHASE[name] for name in candidates], dtype=np.int8)
    return codes[np.argmin(np.stack([np.asarray(v) for v in candidates.values()]), axis=0)]


def paper_boundary(n_features: int, n_hidden: int, ratio: float) -> float | None:
    """Density at which the cheapest candidate changes the phase of the last feature.

    Ignored to superposed, for r ≤ 1 and m < n ≤ 2m: p = 4r / (2 + 5r). Dedicated to superposed,
    for r ≥ 1 and n ≥ 2m: p = 4 / (5 + 2r). Both meet in the triple point r = 1, p = 4/7. Other
    structures change with density too, but in ways that leave the last feature alone.

    Args:
        n_features: n.
        n_hidden: m.
        ratio: importance r > 0 of the last feature.

    Returns:
        The density, or None where the phase is the same at all densities.

    Raises:
        UsageError: n_features or n_hidden below 1, or ratio ≤ 0.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".

    >>> round(paper_boundary(2, 1, 0.1), 6), paper_boundary(3, 2, 2.0)
    (0.16, None)
    """
    _check(n_features, n_hidden)
    if not 0 < ratio < np.inf:
        raise UsageError(f"ratio: found {ratio}, expected a number above 0")
    if n_features <= n_hidden:
        return None
    if ratio == 1:
        return TRIPLE_DENSITY
    if ratio < 1:
        return 4 * ratio / (2 + 5 * ratio) if n_features <= 2 * n_hidden else None
    return 4 / (5 + 2 * ratio) if n_features >= 2 * n_hidden else None


def _ordinary(features: int, dimensions: int, p: Array) -> Array:
    """Least loss of that many features of importance 1 in that many dimensions."""
    if features < 0:
        return np.full_like(p, np.inf)
    too_many = max(features - dimensions, 0)
    # a pair makes room for one more feature; the loss is linear in the number of pairs, so
    # either none or all that help is best
    pairs = min(dimensions, too_many)
    variance = feature_variance(p)
    return np.minimum(too_many * variance, pairs * p * p / 3 + (too_many - pairs) * variance)


def _check(n_features: int, n_hidden: int) -> None:
    if n_features < 1 or n_hidden < 1:
        raise UsageError(
            f"n_features {n_features}, n_hidden {n_hidden}: expected at least 1 of each"
        )
