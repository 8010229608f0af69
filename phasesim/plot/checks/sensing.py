"""What compressed sensing says of how many features fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.plot._assertion import assertion
from phasesim.plot._controls import untrained
from phasesim.plot._curve import prepare_curve
from phasesim.result import Result

Array = NDArray[np.float64]

#: sparser than this, represented features are limited by interference and not by their number
_SPARSE = 0.25


def sensing(result: Result) -> list[dict[str, Any]]:
    """k/m grows with sparsity as 1/(-p log p), and k in proportion to m.

    The bound m = Ω(-k p log p) leaves its constant open: what is tested is that the constant
    stays of order 1 from density to density.

    Args:
        result: of equal features over ``n_hidden`` and ``density``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Relationship to Compressed Sensing".
    """
    found = prepare_curve(result, "features_per_dimension")
    p, sparse = found.density, found.density < _SPARSE
    n = result.sweep.experiment.n_features
    m = result.coords["n_hidden"]
    lines = list(found.values.values())
    cost = -p[sparse] * np.log(p[sparse])
    constants = np.concatenate([line[sparse] * cost for line in lines])
    everything = np.concatenate([n / k * cost for k in m])
    start = next(iter(prepare_curve(untrained(result), "features_per_dimension").values.values()))

    def growth(line: Array) -> float:
        return float(line[-1] / line[np.argmin(np.abs(p - 0.5))])

    rows = [
        assertion(f"-k p log p / m for p < {_SPARSE}, least and largest", "0.5 … 1.25",
            lambda low, high: low >= 0.5 and high <= 1.25, (constants.min(), constants.max()),
            control=("all features represented", (everything.min(), everything.max()))),
        assertion("k/m at the sparsest level over k/m at p = 0.5", "≥ 2", lambda v: v >= 2,
            (growth(lines[0]),), control=("untrained weights", (growth(start + 1e-9),))),
        assertion("features per dimension at the sparsest level (p = 0.05)", "> 4",
            lambda k: k > 4, (lines[0][-1],), control=("untrained weights", (start[-1],))),
    ]  # fmt: skip
    if len(lines) > 1:
        one, other = lines[:2]
        ratio = one[sparse] / other[sparse]
        apart, whole = (max(r.max(), 1 / r.min()) for r in (ratio, m[0] / m[1] * ratio))
        rows.append(assertion(
            f"largest ratio of k/m between m = {m[0]} and {m[1]}, p < {_SPARSE}",
            "≤ 1.25", lambda v: v <= 1.25, (apart,), control=("of k itself", (whole,)),
        ))  # fmt: skip
    return rows
