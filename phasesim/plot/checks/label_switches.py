"""Labels of neurons that switch where the subspace turns fastest, and where it stands still."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._outputs import output_mean
from phasesim.result import Result


def label_switches(found: Result) -> list[dict[str, Any]]:
    """Switches beyond those between two samples of one step.

    Args:
        found: the analysis of that name.
    """
    steps = found.along("until")

    def mean(name: str, step: float | None = None) -> float:
        return output_mean(found, name, at=None if step is None else {"until": step})

    def beyond(name: str, step: float | None = None) -> float:
        return mean(name, step) - mean(f"{name}_resampled", step)

    # chosen by the angle, of which the labels know nothing
    fastest, last = steps[int(np.argmax([mean("moved", step) for step in steps]))], steps[-1]
    then = f"at step {fastest:,.0f}, where the subspace turns fastest"
    return [
        assertion(f"labels that switch {then}, less those of two samples", "> 0.05",
                  lambda v: v > 0.05, (beyond("switched", fastest),),
                  control=("at the last step", (beyond("switched", last),))),
        assertion("largest principal angle then, degrees", "> 15", lambda v: v > 15,
                  (mean("moved", fastest),), control=("at the last step", (mean("moved", last),))),
        assertion("labels that switch though the subspace stands still, less those of two samples",
                  "> 0.02", lambda v: v > 0.02, (beyond("settled_switches"),),
                  control=("at the last step", (beyond("switched", last),))),
    ]  # fmt: skip
