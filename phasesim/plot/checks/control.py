"""What is said of packing under what else acts on training."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._control import prepare_control_map
from phasesim.result import Result

#: of features per dimension, a difference that is noise of few seeds
_SLACK = 0.1


def control(result: Result) -> list[dict[str, Any]]:
    """Packing stands at the weakest strength, falls with it, and is gone at the strongest.

    Args:
        result: over ``n_features`` and the strength of what acts on training.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Strategic Picture", which asks whether
        superposition can be controlled.
    """
    packed = prepare_control_map(result, "features_per_dimension").values
    loss = prepare_control_map(result, "normalized_loss").values
    crowded, sparse = packed[-1], packed[0]
    weak, strong = (float(packed[-1, k]) for k in (0, -1))
    return [
        assertion("features per dimension at the weakest strength, largest n/m", "> 1.2",
            lambda v: v > 1.2, (weak,), control=("smallest n/m", (float(sparse[0]),))),
        assertion("the same at the strongest", "<= 1", lambda v: v <= 1, (strong,),
            control=("at the weakest", (weak,))),
        assertion("its largest rise from one strength to the next", f"<= {_SLACK}",
            lambda v: v <= _SLACK, (_rise(crowded),),
            control=("backward", (_rise(crowded[::-1]),))),
        assertion("loss over the null loss, strongest minus weakest, mean of all n/m", "> 0.05",
            lambda v: v > 0.05, (float(np.mean(loss[:, -1] - loss[:, 0])),),
            control=("weakest minus strongest", (float(np.mean(loss[:, 0] - loss[:, -1])),))),
    ]  # fmt: skip


def _rise(values: np.ndarray) -> float:
    return float(np.max(np.diff(values), initial=0.0))
