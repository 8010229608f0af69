"""Assertions on neurons that say more of a feature once the others are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.result import Result

#: of three neurons: as many features as these leave some neuron to share
FEW, MANY = 2, 6


def context_neuron(found: Result) -> list[dict[str, Any]]:
    """Rates over seeds of the analysis of that name, over density and number of features."""

    def rate(name: str, n_features: int) -> float:
        return float(np.mean(found.stored(name)[found.select(n_features=n_features)]))

    many = f"share of models with such a neuron, {MANY} features"
    return [
        assertion(
            f"{many}: trained", "> 0.5", lambda v: v > 0.5, (rate("found", MANY),),
            control=("activations of other samples", (rate("found_shuffled", MANY),)),
        ),
        assertion(
            f"{many} less {FEW}", "> 0.25", lambda v, w: v - w > 0.25,
            (rate("found", MANY), rate("found", FEW)),
            control=("activations of other samples",
                     (rate("found_shuffled", MANY), rate("found_shuffled", FEW))),
        ),
        assertion(
            f"share of models with such a neuron, {FEW} features", "< 0.25", lambda v: v < 0.25,
            (rate("found", FEW),), control=(f"{MANY} features", (rate("found", MANY),)),
        ),
    ]  # fmt: skip
