"""Interference of learning: what a step for one feature does to the loss of the others."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_EACH = ("feature",)
_OUTPUTS = {
    "conflict": Output(_EACH, "part of what a step for the feature does to others that is harm"),
    "harm": Output(_EACH, "loss that the others gain for each unit that the feature loses"),
    "partners": Output(_EACH, "effective number of other features that the step changes"),
    "opposed": Output((), "part of the pairs whose gradients oppose each other"),
    "balance": Output((), "squared gradient of the whole loss over the features' own, summed"),
}


@part("Yu et al. 2020, Gradient Surgery for Multi-Task Learning")
class interference(Analysis):
    """Gradients of the features' losses against each other, for an infinitesimal step.

    A step down the gradient g_i of feature i's loss, taken on one draw, changes that of feature j
    on another by -g_i·g_j. Where training has converged the g_i add up to 0, so that the others
    lose what the feature gains: harm 1, balance 0. Two aligned features of length 1/√2 in one
    dimension, never active together: opposed 1, conflict 1, harm 1, balance 0. An antipodal pair,
    or orthogonal directions, never active together: opposed 0, harm 0, balance 1. A feature whose
    gradient is smaller than it differs between the draws counts as without one. Baseline: weights
    in random order.
    """

    n_samples: int = static(2048, "samples in each of the two draws", low=1)
    least: float = swept(0.1, "cosine below minus which gradients are opposed", low=0, high=1)

    algorithm = 2
    outputs: ClassVar = _OUTPUTS | {
        f"{name}_shuffled": Output(o.dims, f"with shuffled weights: {o.meaning}")
        for name, o in _OUTPUTS.items()
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        from phasesim.interpret._data import draw, shuffled

        xs = [draw(experiment, key, stream, self.n_samples) for stream in ("fit", "test")]
        found = self._of(params, experiment, xs)
        control = self._of(shuffled(params, key), experiment, xs)
        return found | {f"{name}_shuffled": value for name, value in control.items()}

    def _of(self, params: Any, experiment: Any, xs: list[Any]) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret._attribution import spread
        from phasesim.interpret._data import ratio

        g, h = (_gradients(params, experiment, x) for x in xs)
        n = experiment.n_features
        apart = 1 - jnp.eye(n)
        product = jnp.matmul(g, h.T, precision="highest")
        own = jnp.diagonal(product)
        known = own > ((g - h) ** 2).sum(axis=1) / 2
        size = jnp.sqrt(jnp.where(known, own, 1))
        both = known[:, None] & known
        against = both & (product < -self.least * size[:, None] * size)
        others = jnp.where(known[:, None], product * apart, 0)
        return {
            "conflict": ratio(-jnp.minimum(others, 0).sum(axis=1), jnp.abs(others).sum(axis=1)),
            "harm": jnp.where(known, -others.sum(axis=1) / size**2, jnp.nan),
            "partners": jax.vmap(spread)(others),
            "opposed": (against * apart).sum() / max(n * (n - 1), 1),
            "balance": ratio((both * product).sum(), jnp.where(known, own, 0).sum()),
        }


def _gradients(params: Any, experiment: Any, x: Any) -> Any:
    """Gradient of each feature's loss, (n, parameters); one after the other, for memory."""
    import jax
    import jax.numpy as jnp
    from jax.flatten_util import ravel_pytree

    from phasesim.interpret._losses import sampled_losses

    flat, rebuild = ravel_pytree(params)
    loss = lambda v, i: sampled_losses(experiment, x, rebuild(v))[i]  # noqa: E731
    return jax.lax.map(lambda i: jax.grad(loss)(flat, i), jnp.arange(x.shape[0]))
