"""Where seeds disagree: inside the window of coexistence, and where weights of one sign are."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._disagreement import prepare_disagreement
from phasesim.plot._theory import density_and_ratio
from phasesim.result import Result
from phasesim.theory import boundary, spinodal


def disagreement(result: Result) -> list[dict[str, Any]]:
    """Mean shares above the true boundary, between it and the spinodal, and below that.

    Args:
        result: of n = 2, m = 1 over density, ratio and the engines ``sampled``, ``population``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", on
        seeds that fail; boundary and spinodal are our own.
    """
    rows = []
    for engine in ("sampled", "population"):
        dense, window, alike, sparse = _regions(result, engine)
        rows += [
            assertion(f"{engine}: mean share 30 % above the true boundary", "< 0.1",
                lambda v: v < 0.1, (dense,), control=("below the spinodal, 0.5 < r < 2", (alike,))),
            assertion(f"{engine}: mean share between spinodal and boundary, r < 0.25 or > 4",
                "> 0.3", lambda v: v > 0.3, (window,),
                control=("below the spinodal, r < 0.25 or > 4", (sparse,))),
            assertion(f"{engine}: mean share below the spinodal, 0.5 < r < 2", "0.3 … 0.7",
                lambda v: 0.3 <= v <= 0.7, (alike,),
                control=("below the spinodal, r < 0.25 or > 4", (sparse,))),
        ]  # fmt: skip
    return rows


def _regions(result: Result, engine: str) -> tuple[float, ...]:
    """Mean disagreement in four regions of the diagram of one engine."""
    shown = prepare_disagreement(result, select={"engine": engine})
    density, ratio = density_and_ratio(shown.grid)
    values = shown.values if density is shown.grid.y else shown.values.T
    p, r = density.values[:, None], ratio.values
    upper = np.array([boundary(2, 1, float(x)).density_half or np.nan for x in r])
    lower = np.array([spinodal(float(x)) for x in r])
    apart, near = (r < 0.25) | (r > 4), (r > 0.5) & (r < 2)
    regions = (
        (p > 1.3 * upper) & np.ones_like(near),
        (p > lower) & (p < upper) & apart,
        (p < lower) & near,
        (p < lower) & apart,
    )
    return tuple(mean(values[region]) for region in regions)
