"""How far apart k directions can be: best known spherical codes, and random directions."""

from __future__ import annotations

import functools

import numpy as np

from phasesim.errors import UsageError
from phasesim.metrics import _represented

#: Smallest angle in degrees of the best codes of 2m + 1, 2m + 2, … points found by 800 descents
#: from random starts each, rounded down; below that and for m = 2 there are closed forms. They
#: agree with Sloane's tables. For m = 3 optimality is proven up to 14 points and for 24.
_SEARCHED = {
    3: (
        77.869542155, 74.858492185, 70.528779365, 66.146821987, 63.434948822, 63.434948822,
        57.136703077, 55.670569995, 53.657850129, 52.244395752, 51.090328551, 49.556654768,
        47.691914108, 47.431036226, 45.613223055, 44.740161167, 43.709964205, 43.690767107,
    ),
    4: (
        80.676114991, 80.405931773, 76.679049860, 75.522487814, 72.103670611, 71.366185990,
        69.451986965, 67.193002067, 65.653156329, 64.987282712, 64.261876614, 64.261876614,
        61.876031561, 60.139886324, 60.0, 60.0,
    ),
}  # fmt: skip


def best_code_angle(k: int, m: int) -> float:
    """Smallest angle of the best known arrangement of k points on the sphere in m dimensions.

    360/k for m = 2, arccos(-1/(k-1)) for k ≤ m + 1 (a simplex), 90° for m + 2 ≤ k ≤ 2m (part of a
    cross-polytope), all three optimal; for m = 3 and 4 up to 24 points the best found by search.

    Args:
        k: number of points.
        m: number of dimensions.

    Returns:
        Angle in degrees; NaN for fewer than two points, and where none is known here.

    Reference:
        Sloane, Tables of Spherical Codes; Tammes 1930; Rankin 1955, The closest packing of
        spherical caps in n dimensions.

    >>> [round(best_code_angle(k, 3), 3) for k in (4, 5, 8, 12)]
    [109.471, 90.0, 74.858, 63.435]
    """
    searched = _SEARCHED.get(m, ())
    if k < 2 or m < 1:
        return np.nan
    if k <= m + 1:
        return float(np.degrees(np.arccos(-1 / (k - 1))))
    if m == 2:
        return 360.0 / k
    if m > 1 and k <= 2 * m:
        return 90.0
    return searched[k - 2 * m - 1] if k - 2 * m <= len(searched) else np.nan


@functools.lru_cache(maxsize=1024)
def random_code_angle(k: int, m: int, n_draws: int = 4000, seed: int = 0) -> float:
    """Mean smallest angle between k independent random directions in m dimensions.

    The null of `spherical_code_ratio` is this over `best_code_angle`. For m = 2 it is 360/k².

    Args:
        k: number of directions, at least 2.
        m: number of dimensions, at least 1.
        n_draws: sets of directions averaged over; the error falls with its root.
        seed: of the draws.

    Returns:
        Mean angle in degrees.

    Raises:
        UsageError: k below 2, or m or n_draws below 1.

    Reference:
        Cai, Fan and Jiang 2013, Distributions of angles in random packing on spheres.

    >>> round(random_code_angle(3, 2))
    40
    """
    if k < 2 or min(m, n_draws) < 1:
        raise UsageError(
            f"found k = {k}, m = {m}, n_draws = {n_draws}, expected k at least 2, others at least 1"
        )
    W = np.random.default_rng(seed).normal(size=(n_draws, m, k))
    where = np.broadcast_to(~np.eye(k, dtype=bool), (n_draws, k, k))
    angles = _represented.degrees(_represented.cosines(W), where)
    return float(np.mean(_represented.smallest(angles, where)))
