"""Adam with decoupled weight decay: the optimiser of the paper's notebook."""

from __future__ import annotations

from typing import Any

from phasesim.fields import swept
from phasesim.optimizers._base import Optimizer, learning_rate, schedule
from phasesim.parts import part
from phasesim.schedules._base import Schedule


@part("Loshchilov & Hutter 2019, Decoupled Weight Decay Regularization; optax.adamw")
class adamw(Optimizer):
    """AdamW. The decay is the notebook's 0.01 (PyTorch's default); optax's own is 1e-4."""

    learning_rate: float = learning_rate()
    weight_decay: float = swept(1e-2, "decoupled decay of all parameters; negative: growth")
    b1: float = swept(0.9, "decay of the first moment", low=0, high=1)
    b2: float = swept(0.999, "decay of the second moment", low=0, high=1)
    eps: float = swept(1e-8, "added to the root of the second moment", low=0)
    schedule: Schedule = schedule()

    def transformation(self, n_steps: int) -> Any:
        import optax

        return optax.adamw(
            self.rate(n_steps), b1=self.b1, b2=self.b2, eps=self.eps, weight_decay=self.weight_decay
        )
