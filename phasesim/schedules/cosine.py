"""Half a cosine from the peak to a final value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.fields import swept
from phasesim.parts import part
from phasesim.schedules._base import Schedule


@part("Loshchilov & Hutter 2017, SGDR; optax.cosine_decay_schedule")
class cosine(Schedule):
    """lr(t) = learning_rate · (final + (1 - final)(1 + cos(π t / n_steps))/2)."""

    final: float = swept(0.0, "last multiple of the learning rate", low=0, high=1)

    def shape(self, n_steps: int) -> Callable[[Any], Any]:
        import optax

        return optax.cosine_decay_schedule(1.0, max(n_steps, 1), alpha=self.final)
