"""Where the minima of the exact loss cross, end, and what trained models make of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._hysteresis import Hysteresis, prepare_hysteresis
from phasesim.result import Result
from phasesim.theory import paper_boundary

#: ratio -> density at which the true optimum jumps
_BOUNDARIES = {0.1: 0.1813, 0.3: 0.3753, 0.5: 0.4841}


def hysteresis(result: Result) -> list[dict[str, Any]]:
    """The branches cross at the true boundary, and trained models remember where they began.

    Args:
        result: as for `phasesim.plot.hysteresis`, with ratios 0.1, 0.3 and 0.5.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", for
        the boundary in the control; the true one is our own.
    """
    rows = []
    for ratio, known in _BOUNDARIES.items():
        shown = prepare_hysteresis(result, ratio=ratio)
        rows.append(
            assertion(
                f"density at which both minima are equally deep, r = {ratio}", f"{known} ± 0.002",
                lambda v, known=known: abs(v - known) <= 0.002, (shown.boundary,),
                control=("the paper's boundary", (paper_boundary(2, 1, ratio) or np.nan,)),
            )
        )  # fmt: skip
        left = float(shown.density[shown.down > 1e-2].max())
        rows.append(
            assertion(
                f"where the falling minimum leaves 0, over the spinodal, r = {ratio}",
                "0.95 … 1.001", lambda v: 0.95 <= v <= 1.001, (left / shown.spinodal,),
                control=("the boundary over the spinodal", (shown.boundary / shown.spinodal,)),
            )
        )  # fmt: skip
        inside, outside = _apart(shown)
        rows.append(
            assertion(
                f"distance of the norms of both starts inside the window, r = {ratio}", "> 0.5",
                lambda v: v > 0.5, (inside,), control=("outside of it", (outside,)),
            )
        )  # fmt: skip
    return rows


def _apart(shown: Hysteresis) -> tuple[float, float]:
    """Mean distance of the trained norms of both starts, where minima coexist and elsewhere."""
    apart = np.abs(shown.trained[2] - shown.trained[1])
    low, high = shown.window
    inside = (shown.trained_density >= low) & (shown.trained_density <= high)
    return mean(apart[inside]), mean(apart[~inside])
