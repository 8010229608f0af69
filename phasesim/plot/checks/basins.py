"""Five equal features in the plane: pentagon against two digons, by how many seeds find them."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._basins import BasinShares, prepare_basins
from phasesim.result import Result

# norm and loss of the pentagon at p = 0.05
_NORM, _LOSS = 1.135, 0.0089036
#: density -> (features of the best model, those of the best of the others)
_STRUCTURES = {0.4: 4, 0.2: 5, 0.1: 5, 0.05: 5}
# gains per dimension at p = 0.1: (2.073 - 1.892) · 2/5
_APART = 0.0724


def basins(result: Result) -> list[dict[str, Any]]:
    """Which minimum is best, its norm and loss, how far the second is, and how often it is found.

    Args:
        result: of n = 5, m = 2 with equal importances over densities that include 0.4, 0.2, 0.1,
            0.05.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model, for the
        minima; numbers for sparse data with a bias are our own.
    """
    shown = prepare_basins(result)
    rows = []
    for p, count in _STRUCTURES.items():
        found = shown.represented[_at(result, p)]
        rows.append(
            assertion(
                f"features that the best model represents, p = {p}", str(count),
                lambda v, count=count: v == count, (found[0],),
                control=("the next basin", (found[1],)),
            )
        )  # fmt: skip
    sparse = _at(result, 0.05)
    norms, losses = (
        [result.metric(name, how)[sparse] for how in ("best", "worst")]
        for name in ("feature_norm", "exact_loss")
    )
    ends = [(float(v.min()), float(v.max())) for v in norms]
    return [
        *rows,
        assertion("least and largest norm of the best model, p = 0.05", f"{_NORM} ± 0.002",
            lambda low, high: abs(low - _NORM) <= 0.002 and abs(high - _NORM) <= 0.002, ends[0],
            control=("worst seed", ends[1])),
        assertion("loss of the best model, p = 0.05", f"{_LOSS} ± 1e-6",
            lambda v: abs(v - _LOSS) <= 1e-6, losses[:1], control=("worst seed", losses[1:])),
        assertion("loss of the best model of 4 features above the pentagon's, p = 0.1",
            f"{_APART} ± 0.002 null losses", lambda v: abs(v - _APART) <= 0.002,
            (_above(shown, _at(result, 0.1)),),
            control=("p = 0.05", (_above(shown, sparse),))),
    ]  # fmt: skip


def _at(result: Result, density: float) -> int:
    return int(result.select(density=density, method="nearest")[0])


def _above(shown: BasinShares, at: int) -> float:
    """How far the best basin of four features lies above the best of all, in null losses."""
    four = shown.represented[at] == 4
    return float(np.min(shown.loss[at][four]) - shown.loss[at][0]) if four.any() else float("nan")
