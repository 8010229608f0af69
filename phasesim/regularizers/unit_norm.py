"""Features are to be of length 1, so that rare ones are kept too."""

from __future__ import annotations

from typing import Any

from phasesim.errors import UsageError
from phasesim.fields import swept
from phasesim.parts import part
from phasesim.regularizers._base import Regularizer

#: keeps the slope of a norm finite at 0, where it then is 0
_TINY = 1e-12


@part("Liu, Liu & Gore 2025, Superposition Yields Robust Neural Scaling, 'Toy model'")
class unit_norm(Regularizer):
    """coefficient · Σ_i (‖W_i‖ - 1)², W_i the direction of feature i.

    The authors take the step -∇ of this term as a weight decay, outside of Adam.
    """

    coefficient: float = swept(0.0, "weight of the term", low=0)

    @property
    def off(self) -> bool:
        return self.coefficient == 0

    def penalty(self, model: Any, params: Any, x: Any, n_hidden: int) -> Any:
        import jax.numpy as jnp

        found = model.directions(params)
        if found is None:
            raise UsageError("unit_norm: this model has no directions of features")
        norm = jnp.sqrt(jnp.sum(found[0] ** 2, axis=0) + _TINY)
        return self.coefficient * jnp.sum((norm - 1) ** 2)
