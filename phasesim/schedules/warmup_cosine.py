"""A linear rise, then half a cosine down to a final value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.fields import static, swept
from phasesim.parts import part
from phasesim.schedules._base import Schedule


@part("Henighan et al. 2023, Superposition, Memorization, and Double Descent, 'Training'")
class warmup_cosine(Schedule):
    """lr rises linearly from 0 over ``warmup_steps``, then falls as `cosine` to n_steps."""

    warmup_steps: int = static(100, "steps of the linear rise", low=0, high=1_000_000_000)
    final: float = swept(0.0, "last multiple of the learning rate", low=0, high=1)

    def shape(self, n_steps: int) -> Callable[[Any], Any]:
        import optax

        # a run shorter than its warm-up never reaches the peak, as in a run cut short
        return optax.warmup_cosine_decay_schedule(
            0.0, 1.0, self.warmup_steps, max(n_steps, self.warmup_steps + 1), self.final
        )
