"""What superposition gains, beside the block-gain theory and the true optimum."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._gain import prepare_gain
from phasesim.plot._scalar import ScalarMap
from phasesim.result import Result

#: density -> gain per dimension of a digon, in units of a dedicated feature's
_DIGON = {0.5: 1.268, 0.25: 1.697, 0.1: 1.892, 0.05: 1.948}


def gain(result: Result) -> list[dict[str, Any]]:
    """Gains of two equal features, and the distance from the true optimum's gain everywhere.

    Args:
        result: of n = 2, m = 1 over density and ratio, with ratio 1 among them.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Demonstrating Superposition"; the
        numbers are our own.
    """
    best, worst = (prepare_gain(result, reduction=name) for name in ("best", "worst"))
    true = prepare_gain(result, kind="optimum").values
    rows = []
    for p, per_dimension in _DIGON.items():
        # in null losses of two features
        known = round((per_dimension - 1) / 2, 4)
        rows.append(
            assertion(
                f"gain at r = 1, p = {p}", f"{known} ± 0.002",
                lambda v, known=known: abs(v - known) <= 0.002, (_at_one(best, p),),
                control=("worst seed", (_at_one(worst, p),)),
            )
        )  # fmt: skip
    off = [float(np.max(np.abs(shown.values - true))) for shown in (best, worst)]
    limit = assertion("largest distance from the optimum's gain", "< 0.01", lambda v: v < 0.01,
                      off[:1], control=("worst seed", off[1:]))  # fmt: skip
    return [*rows, limit]


def _at_one(shown: ScalarMap, density: float) -> float:
    """Interpolated along the density in the column nearest to ratio 1."""
    column = shown.values[:, int(np.argmin(np.abs(np.log(shown.grid.x.values))))]
    return float(np.interp(np.log(density), np.log(shown.grid.y.values), column))
