"""How near the best seeds come to the true optimum, and how far averages are from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._excess import prepare_excess, prepare_loss_ratio
from phasesim.plot._labels import describe_reduction
from phasesim.result import Result

_NEAR = 1e-3
# the optimum's loss over that of the paper's candidates is least just above their boundary
_RATIO = 0.905


def excess(result: Result) -> list[dict[str, Any]]:
    """The best seeds are at the optimum, other reductions are not, the candidates are above it.

    Args:
        result: of n = 2, m = 1 over density and ratio.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", for
        reduction and candidates; the optimum is our own.
    """
    names = ("best", "mean_minus_worst", "mean", "worst")
    near = {n: float(np.mean(prepare_excess(result, reduction=n).values < _NEAR)) for n in names}
    least = {n: float(np.min(prepare_loss_ratio(result, reduction=n).values)) for n in names}
    quantity = f"share of cells within {_NEAR} null losses of the optimum: best seed"
    return [
        *(assertion(quantity, "≥ 0.98", lambda v: v >= 0.98, (near["best"],),
            control=(describe_reduction(name, result.sweep.n_seeds), (near[name],)))
          for name in names[1:]),
        assertion("least loss of a best seed over the paper's candidates", f"{_RATIO} ± 0.01",
            lambda v: abs(v - _RATIO) <= 0.01, (least["best"],),
            control=("worst seed", (least["worst"],))),
    ]  # fmt: skip
