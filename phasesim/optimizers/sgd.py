"""Stochastic gradient descent with momentum and decoupled weight decay."""

from __future__ import annotations

from typing import Any

from phasesim.fields import swept
from phasesim.optimizers._base import Optimizer, learning_rate, schedule
from phasesim.parts import part
from phasesim.schedules._base import Schedule


@part("Robbins & Monro 1951; optax.sgd")
class sgd(Optimizer):
    """SGD: θ ← θ - lr (momentum buffer + weight_decay θ)."""

    learning_rate: float = learning_rate()
    momentum: float = swept(0.0, "share of the last update kept", low=0, high=1)
    weight_decay: float = swept(0.0, "decoupled decay of all parameters; negative: growth")
    schedule: Schedule = schedule()

    def transformation(self, n_steps: int) -> Any:
        import optax

        return optax.chain(
            optax.trace(decay=self.momentum),
            optax.add_decayed_weights(self.weight_decay),
            optax.scale_by_learning_rate(self.rate(n_steps)),
        )
