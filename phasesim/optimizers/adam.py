"""Adam without weight decay."""

from __future__ import annotations

from typing import Any

from phasesim.fields import swept
from phasesim.optimizers._base import Optimizer, learning_rate, schedule
from phasesim.parts import part
from phasesim.schedules._base import Schedule


@part("Kingma & Ba 2015, Adam; optax.adam")
class adam(Optimizer):
    """Adam; the optimiser of the ARENA course's replications."""

    learning_rate: float = learning_rate()
    b1: float = swept(0.9, "decay of the first moment", low=0, high=1)
    b2: float = swept(0.999, "decay of the second moment", low=0, high=1)
    eps: float = swept(1e-8, "added to the root of the second moment", low=0)
    schedule: Schedule = schedule()

    def transformation(self, n_steps: int) -> Any:
        import optax

        return optax.adam(self.rate(n_steps), b1=self.b1, b2=self.b2, eps=self.eps)
