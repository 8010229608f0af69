"""What is said of packing from starts of different scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._control import prepare_control_map
from phasesim.result import Result

#: starts up to this standard deviation are short: the solutions' own weights are longer
_SHORT = 0.31
#: of features per dimension
_SPREAD = 0.3


def initial_scale(result: Result) -> list[dict[str, Any]]:
    """Packing is the same from all short starts, and persists from the longest, at a higher loss.

    Args:
        result: over ``n_features`` and ``init.std``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Chizat, Oyallon & Bach 2019, On Lazy Training in Differentiable Programming; Elhage et al.
        2022, Toy Models of Superposition, "Strategic Picture".
    """
    shown = prepare_control_map(result, "features_per_dimension")
    packed, gain = shown.values, prepare_control_map(result, "gain").values
    loss = prepare_control_map(result, "normalized_loss").values
    short = shown.strength <= _SHORT
    across = [float(np.ptp(values)) for values in (packed[-1, short], packed[:, 0])]
    rise = float(mean(loss[:, -1] - loss[:, 0]))
    return [
        assertion("features per dimension from the shortest start, largest n/m", "> 1.2",
            lambda v: v > 1.2, (float(packed[-1, 0]),),
            control=("smallest n/m", (float(packed[0, 0]),))),
        assertion("its spread over all short starts, largest n/m", f"<= {_SPREAD}",
            lambda v: v <= _SPREAD, across[:1],
            control=("over n/m", across[1:])),
        assertion("features per dimension from the longest start, largest n/m", "> 1.2",
            lambda v: v > 1.2, (float(packed[-1, -1]),),
            control=("smallest n/m", (float(packed[0, -1]),))),
        assertion("gain by superposition from the longest start, largest n/m", "> 0",
            lambda v: v > 0, (float(gain[-1, -1]),),
            control=("smallest n/m", (float(gain[0, -1]),))),
        assertion("loss over the null loss, longest minus shortest start, mean of all n/m",
            "> 0.02", lambda v: v > 0.02, (rise,), control=("shortest minus longest", (-rise,))),
    ]  # fmt: skip
