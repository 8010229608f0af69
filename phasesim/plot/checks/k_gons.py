"""What is said of the plateaus of k-gons."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._levels import LossLevels, prepare_levels
from phasesim.result import Result

#: of the loss, from a level that it stands at
_CLOSE = 3e-4
#: of -d log L / d log step, below which the loss stands still
_STILL = 0.01


def k_gons(result: Result) -> list[dict[str, Any]]:
    """The loss stands still at levels of k-gons only, and most runs go on below the pentagon.

    Args:
        result: six features in the plane, one active at a time, from a square.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model, section 3.
    """
    shown = prepare_levels(result)
    values = list(shown.levels.values())
    ends, starts = shown.loss[:, -1], shown.loss[:, 0]
    moving = np.abs(shown.slope) >= 10 * _STILL
    still = ~moving & (np.abs(shown.slope) < _STILL)
    near = shown.nearest < _CLOSE
    best = int(np.argmin(ends))
    return [
        assertion("part of the points where the loss stands still that are within 3e-4 of a level",
            "> 0.9", lambda v: v > 0.9, (mean(near[still]),),
            control=("points where it falls fast", (mean(near[moving]),))),
        assertion("part of the runs that end within 3e-4 of a level", "> 0.9", lambda v: v > 0.9,
            (mean(near[:, -1]),), control=("first points", (mean(near[:, 0]),))),
        assertion("levels at which runs stand still", ">= 2", lambda v: v >= 2,
            (_visited(shown, still),), control=("the lowest run's last point", (
                float(near[best, -1]),))),
        assertion("lowest loss at the end", f"{values[-1]:.5f} ± 3e-4",
            lambda v: abs(v - values[-1]) < _CLOSE, (float(ends[best]),),
            control=("lowest first point", (float(starts.min()),))),
    ]  # fmt: skip


def _visited(shown: LossLevels, still: np.ndarray) -> float:
    levels = np.array([*shown.levels.values()])
    at = np.abs(shown.loss[..., None] - levels) < _CLOSE
    return float((at & still[..., None]).any(axis=(0, 1)).sum())
