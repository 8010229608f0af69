"""Gains and plateaus of polytopes, and whether trained models reach them."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._block_gain import BlockGains, prepare_block_gain
from phasesim.result import Result
from phasesim.theory import block_gain

#: polytope -> where it begins and ceases to lead, in 1/(1 - S)
_PLATEAUS = {
    "digon": (1.55, 4.4),
    "pentagon": (4.4, 5.2),
    "square antiprism": (5.2, 48.0),
}
#: polytopes that fit into so many dimensions
_FIT = {
    2: ("dedicated", "triangle", "digon", "pentagon", "hexagon"),
    3: ("dedicated", "tetrahedron", "triangle", "digon", "pentagon", "square antiprism", "hexagon"),
}


def block_gains(result: Result) -> list[dict[str, Any]]:
    """The plateaus of three polytopes, and the gain of trained models beside the best polytope.

    Args:
        result: as for `phasesim.plot.block_gains`.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition", for the
        plateaus; their positions are our own.
    """
    shown = prepare_block_gain(result)
    found = {p.polytope: (1 / p.high, 1 / p.low) for p in shown.plateaus}
    names = list(found)
    rows = []
    for name, known in _PLATEAUS.items():
        other = names[names.index(name) - 1]
        rows.append(
            assertion(
                f"where the {name} gains most, in 1/(1 − S)", f"{known[0]} … {known[1]} ± 2 %",
                lambda a, b, k=known: abs(a / k[0] - 1) <= 0.02 and abs(b / k[1] - 1) <= 0.02,
                found[name], control=(f"the {other}", found[other]),
            )
        )  # fmt: skip
    for m in shown.trained:
        best, alone = _ratios(shown, m)
        rows.append(
            assertion(
                f"least and largest gain of trained models, m = {m}, over the best polytope's",
                "0.98 … 1.05", lambda low, high: low >= 0.98 and high <= 1.05, best,
                control=("over the digon's", alone),
            )
        )  # fmt: skip
    return rows


def _ratios(shown: BlockGains, m: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ends of the ratio of trained gains to the best polytope's in m dimensions, to the digon's."""
    gains = {n: block_gain(n, density=shown.trained_density).gain for n in _FIT[m]}
    best = np.max(list(gains.values()), axis=0)
    ratios = (shown.trained[m] / reference for reference in (best, gains["digon"]))
    first, second = ((float(v.min()), float(v.max())) for v in ratios)
    return first, second
