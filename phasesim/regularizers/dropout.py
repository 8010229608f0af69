"""Hidden units are silenced at random while the model trains."""

from __future__ import annotations

from typing import Any

from phasesim.fields import swept
from phasesim.parts import part
from phasesim.regularizers._base import Regularizer


@part("Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting")
class dropout(Regularizer):
    """h_j ← h_j / (1 - rate) with probability 1 - rate, else 0; each sample and unit by itself.

    The mean of h stays, so that the trained model is used as it is. At rate 1 nothing passes.

    >>> import numpy as np
    >>> dropout(rate=0.5).hidden(np.array([[3.0, 3.0]]), np.array([[0.2, 0.7]])).tolist()
    [[0.0, 6.0]]
    """

    rate: float = swept(0.0, "P(a hidden unit is silenced)", low=0, high=1)

    @property
    def off(self) -> bool:
        return self.rate == 0

    def n_uniforms(self, n: int, m: int) -> int:
        return m

    def hidden(self, h: Any, u: Any) -> Any:
        import jax.numpy as jnp

        # a number in [0, 1) is never at least 1: at that rate the scale has no effect
        scale = 1 / jnp.where(self.rate < 1, 1 - self.rate, 1)
        return jnp.where(u >= self.rate, scale * h, 0)
