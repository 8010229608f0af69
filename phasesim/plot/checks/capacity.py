"""What is said of the capacity that two features get of one neuron."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._capacity import prepare_capacity
from phasesim.result import Result

#: a feature with less than this of a neuron, or all but this, is taken to be alone; so are, in
#: closed form too, those just inside of where sharing begins
_ALONE = 0.02


def capacity(result: Result) -> list[dict[str, Any]]:
    """Trained capacities are those of the closed form, and so is where both features share.

    Args:
        result: as `phasesim.plot.prepare_capacity`.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, section 3.
    """
    shown = prepare_capacity(result)
    trained = shown.trained
    apart, even = np.abs(trained - shown.exact), np.abs(trained - 0.5)
    shares, wanted = ((c > _ALONE) & (c < 1 - _ALONE) for c in (trained, shown.exact))
    dense, sparse = shown.kurtosis <= 3 * (1 + 1e-6), 0
    steps = np.abs(np.diff(trained, axis=1)).max(axis=1, initial=0)
    return [
        assertion("capacity, trained minus closed form: largest of all cells", "<= 0.1",
            lambda v: v <= 0.1, (float(apart.max()),),
            control=("half each", (float(even.max()),))),
        assertion("the same, mean of all cells", "<= 0.02", lambda v: v <= 0.02, (mean(apart),),
            control=("half each", (mean(even),))),
        assertion("share of cells in which both have capacity just if they have in closed form",
            ">= 0.95", lambda v: v >= 0.95, (mean(shares == wanted),),
            control=("never", (mean(~wanted),))),
        assertion("share of cells with β ≤ 3 in which both have", "<= 0.02",
            lambda v: v <= 0.02, (mean(shares[dense]),),
            control=("largest β", (mean(shares[sparse]),))),
        assertion("largest step of the capacity from one r to the next, largest β", "<= 0.15",
            lambda v: v <= 0.15, (float(steps[sparse]),),
            control=("smallest β", (float(steps[-1]),))),
    ]  # fmt: skip
