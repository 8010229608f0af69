"""The learning rate stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.parts import part
from phasesim.schedules._base import Schedule


@part("Elhage et al. 2022, released notebook (constant_lr)")
class constant(Schedule):
    """lr(t) = learning_rate."""

    def shape(self, n_steps: int) -> Callable[[Any], Any]:
        import optax

        return optax.constant_schedule(1.0)
