"""What every optimiser provides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.fields import swept
from phasesim.parts import Part, choice
from phasesim.schedules._base import Schedule


class Optimizer(Part):
    """An optax gradient transformation; all its numbers may be swept."""

    kind = "optimizer"

    learning_rate: float
    schedule: Schedule

    def transformation(self, n_steps: int) -> Any:
        """The optax.GradientTransformation for a run of n_steps."""
        raise AttributeError(f"{type(self).__name__} defines no transformation")

    def rate(self, n_steps: int) -> Callable[[Any], Any]:
        """The learning rate as a function of the step."""
        shape = self.schedule.shape(n_steps)
        return lambda step: self.learning_rate * shape(step)


def learning_rate() -> Any:
    """The field every optimiser has."""
    return swept(1e-3, "peak learning rate", low=0)


def schedule() -> Any:
    """The field every optimiser has."""
    return choice("schedule", "constant", "course of the learning rate")
