"""What every learning-rate schedule provides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.parts import Part


class Schedule(Part):
    """The course of the learning rate as a multiple of its peak."""

    kind = "schedule"

    def shape(self, n_steps: int) -> Callable[[Any], Any]:
        """The multiplier as a function of the step, 0 … n_steps - 1."""
        raise AttributeError(f"{type(self).__name__} defines no shape")
