"""What two features that depend on each other do in one dimension, whatever their law."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.metrics._phases import Phase
from phasesim.metrics.feature_norm import feature_norm
from phasesim.plot._assertion import assertion, mean
from phasesim.plot._grid import Grid, grid
from phasesim.plot._theory import density_and_ratio
from phasesim.result import Result

Array = NDArray[np.float64]

#: the cheapest of simple solutions need not be the optimum where two cost nearly the same
_MOST = 0.9
_ANTIPODAL, _MERGED = 2, 3


def dependent(result: Result) -> list[dict[str, Any]]:
    """Phases and signs against the cheapest of four simple solutions, and mirror symmetry.

    The solutions ignore the last feature, ignore the first, put both on one line in opposite
    directions, or merge them. They depend on the law through P(both active) alone.

    Args:
        result: of n = 2, m = 1 over ``density`` and ``ratio``, of features that are alike but for
            their importance, with values U[0, 1].

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", for
        independent features; with P(both) for p² and the merged solution it is our own.
    """
    sides = grid(result)
    cost, independent = (_candidates(result, sides, together=k) for k in (True, False))
    W, phase = (sides.take(result.metric(name, "best")) for name in ("W", "phase"))
    last = phase[..., -1]
    found = last == Phase.SUPERPOSED
    expected, otherwise = (np.argmin(c, axis=-1) == _ANTIPODAL for c in (cost, independent))
    both = (feature_norm(W) > 0.5).all(axis=-1)
    opposite = (W[..., 0, 0] * W[..., 0, 1] < 0)[both]
    signs = [(c[..., _ANTIPODAL] < c[..., _MERGED])[both] == opposite for c in (cost, independent)]
    mirrored = np.flip(phase, axis=1 if density_and_ratio(sides)[1] is sides.x else 0)
    excess = [_excess(result, sides, cost, seed) for seed in ("best", "worst")]
    name = "the same of independent features"
    return [
        assertion("share of cells that are antipodal just where that costs least", f"≥ {_MOST}",
            lambda v: v >= _MOST, (np.mean(found == expected),),
            control=(name, (np.mean(found == otherwise),))),
        assertion("share of cells with both features where the sign is the cheaper one",
            f"≥ {_MOST}", lambda v: v >= _MOST, (mean(signs[0]),),
            control=(name, (mean(signs[1]),))),
        assertion("share of cells that mirror r → 1/r with the features swapped", "≥ 0.98",
            lambda v: v >= 0.98, (np.mean(last == mirrored[..., 0]),),
            control=("features not swapped", (np.mean(last == mirrored[..., -1]),))),
        assertion("largest excess over the cheapest simple solution, in null losses: best seed",
            "< 0.01", lambda v: v < 0.01, excess[:1], control=("worst seed", excess[1:])),
    ]  # fmt: skip


def _candidates(result: Result, sides: Grid, *, together: bool) -> Array:
    """Losses of the simple solutions in each cell, (y, x, 4); or with P(both) = p_1 p_2."""
    density, ratio = density_and_ratio(sides)
    law, along_x = sides.experiment.distribution, ratio is sides.x
    rows = []
    for p in density.values:
        own = law.replace(density=float(p))
        mu, variance = (np.asarray(v, float) for v in (own.mean(2), own.variance(2)))
        covariance = float(np.asarray(own.covariance(2))[0, 1]) if together else 0.0
        # E x_1 x_2 = P(both)/4
        both, either = 4 * (covariance + mu[0] * mu[1]), 2 * mu.sum()
        r = ratio.values
        lost = both * (1 + r) / 6, ((either - 2 * both) / 12 + both / 24) * (1 + r)
        rows.append(np.stack([r * variance[1], np.full_like(r, variance[0]), *lost], axis=-1))
    cost = np.array(rows)
    return cost if along_x else np.swapaxes(cost, 0, 1)


def _excess(result: Result, sides: Grid, cost: Array, seed: str) -> float:
    loss, null = sides.take(result.metric("loss", seed)), sides.take(result.null_loss)
    return float(np.max((loss - cost.min(axis=-1)) / null))
