"""The model is shown inputs that an adversary has moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.errors import ConfigError
from phasesim.fields import static, swept
from phasesim.parts import part
from phasesim.regularizers._base import Regularizer


@part("Elhage et al. 2022, Toy Models of Superposition, 'Relationship to Adversarial Robustness'")
class adversarial(Regularizer):
    """x ← x + δ with ‖δ‖₂ = radius · mean_batch ‖x‖₂; what is wanted of the output stays.

    attack = "feature" raises the output of one random feature i of each sample most: δ ∝ G_i,
    row i of the linear map G from inputs to outputs before their non-linearity, WᵀW of a tied
    model. No sample escapes it because its own outputs are silent. attack = "gradient" is one
    step up the gradient of the sample's loss (the fast gradient method), for every model; where
    that gradient vanishes nothing is moved.
    """

    radius: float = swept(0.0, "size of the attack, in mean lengths of the inputs", low=0)
    attack: str = static("feature", "how inputs are moved", choices=("feature", "gradient"))

    @property
    def off(self) -> bool:
        return self.radius == 0

    def check_for(self, experiment: Any) -> None:
        if self.attack == "feature" and experiment.model.linear_map is None:
            raise ConfigError(
                "attack",
                f"found feature with model '{type(experiment.model).__name__}', whose hidden "
                "units are not linear",
                expected="gradient",
            )

    def n_uniforms(self, n: int, m: int) -> int:
        return 1 if self.attack == "feature" else 0

    def inputs(
        self, experiment: Any, params: Any, x: Any, u: Any, loss: Callable[[Any], Any]
    ) -> Any:
        import jax
        import jax.numpy as jnp

        if self.attack == "feature":
            chosen = (u[0] * x.shape[0]).astype(jnp.int32)
            way = experiment.model.linear_map(params).T[:, chosen]
        else:
            way = jax.grad(loss)(x)
        length = jnp.linalg.norm(way, axis=0)
        unit = way / jnp.where(length > 0, length, 1)
        size = self.radius * jnp.mean(jnp.linalg.norm(x, axis=0))
        # the adversary's choice is no function to be trained
        return x + jax.lax.stop_gradient(size * unit)
