"""Roles and labels of neurons by how many contexts they were shown in."""

from __future__ import annotations

from typing import Any

from phasesim.plot._assertion import assertion
from phasesim.plot._outputs import output_mean
from phasesim.result import Result


def context_roles(found: Result) -> list[dict[str, Any]]:
    """Further contexts add roles and decide labels, further samples of the first do neither.

    Args:
        found: the analysis of that name, of four contexts.
    """

    def mean(name: str, shown: int) -> float:
        return output_mean(found, name, at={"contexts_shown": shown})

    added, again = (mean(name, 4) - mean(name, 1) for name in ("roles", "roles_resampled"))
    first, three = (mean("label_kept", shown) for shown in (1, 3))
    resampled = "with further samples of the first context"
    return [
        assertion("roles of a neuron that all contexts add to those of the first", "> 0.5",
                  lambda v: v > 0.5, (added,), control=(resampled, (again,))),
        assertion("part of the neurons that the first context gives their final label", "< 0.5",
                  lambda v: v < 0.5, (first,), control=("that three give it", (three,))),
        assertion("part of the neurons that three contexts give their final label", "> 0.5",
                  lambda v: v > 0.5, (three,),
                  control=(resampled, (mean("label_kept_resampled", 3),))),
    ]  # fmt: skip
