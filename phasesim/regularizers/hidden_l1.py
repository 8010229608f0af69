"""Hidden activations are to be few and small."""

from __future__ import annotations

from typing import Any

from phasesim.fields import swept
from phasesim.parts import part
from phasesim.regularizers._base import Regularizer


@part("Elhage et al. 2022, Toy Models of Superposition, 'L1 Regularization'")
class hidden_l1(Regularizer):
    """coefficient · mean_batch ‖h‖₁, h the model's hidden units: W x, or act(W x) of neurons."""

    coefficient: float = swept(0.0, "weight of the term", low=0)

    @property
    def off(self) -> bool:
        return self.coefficient == 0

    def penalty(self, model: Any, params: Any, x: Any, n_hidden: int) -> Any:
        import jax.numpy as jnp

        h = model.hidden(params, x, n_hidden)
        return self.coefficient * jnp.mean(jnp.sum(jnp.abs(h), axis=0))
