"""Assertions on what changes with the size of a model whose features per unit stay."""

from __future__ import annotations

from typing import Any

from phasesim.plot._assertion import assertion
from phasesim.plot._sizes import size_trend
from phasesim.result import Result


def sizes(
    neurons: Result, directions: Result, transfer: Result, ratio: float
) -> list[dict[str, Any]]:
    """Changes by a doubling, and what holds at each of the sizes.

    Args:
        neurons: the analysis of that name, of a sweep over n_features and n_hidden.
        directions: likewise.
        transfer: likewise.
        ratio: features for each hidden unit.
    """
    drivers = size_trend(neurons, "participation", ratio).slope
    top = size_trend(neurons, "largest_share", ratio).slope
    direction = size_trend(directions, "ablate_on_target", ratio).slope
    neuron = size_trend(directions, "ablate_on_target_neuron", ratio).slope
    latents, others = (
        size_trend(transfer, f"r2_removed_{unit}", ratio).values.mean(axis=1)
        for unit in ("latents", "neurons")
    )
    return [
        assertion("features that drive a neuron, change by a doubling", "> 0", lambda v: v > 0,
                  (drivers,), control=("part of the largest in top examples", (top,))),
        assertion("part of an ablated direction's effect on its feature, the same", "0 ± 0.03",
                  lambda v: abs(v) < 0.03, (direction,), control=("of a neuron's", (neuron,))),
        assertion("least R² of latents less that of neurons over the sizes, features removed",
                  "> 0.1", lambda v: v > 0.1, ((latents - others).min(),),
                  control=("neurons less latents", ((others - latents).min(),))),
    ]  # fmt: skip
