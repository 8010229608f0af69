"""Loss and gradient of one model on one batch: by hand where known, else autodiff through flax."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from phasesim.experiment import Experiment
from phasesim.losses.weighted_mse import weighted_mse
from phasesim.regularizers._base import acts_on

#: one array or None for each regulariser, or None for no noise at all
Noise = list[jax.Array | None] | None


def loss_and_gradient(
    experiment: Experiment, params: Any, x: jax.Array, noise: Noise = None
) -> tuple[jax.Array, Any]:
    """Batch loss and its gradient.

    Args:
        experiment: one model's, with array leaves.
        params: its parameters.
        x: inputs, (n, batch).
        noise: uniform numbers of each regulariser, `_draws.noise`; without them none acts on
            inputs or hidden units.
    """
    if by_hand(experiment):
        shown, importance = _shown(experiment, params, x, noise), _importance(experiment, x)
        return experiment.model.gradient(params, shown, experiment.target.of(x), importance)
    return jax.value_and_grad(objective, argnums=1)(experiment, params, x, noise)


def by_hand(experiment: Experiment) -> bool:
    """Whether the model's own gradient covers this loss."""
    beyond = [r for r in experiment.regularizers if acts_on(r, "penalty") or acts_on(r, "hidden")]
    plain = type(experiment.loss) is weighted_mse and not beyond
    return plain and experiment.model.gradient is not None


def objective(experiment: Experiment, params: Any, x: jax.Array, noise: Noise = None) -> jax.Array:
    """What one model minimises on one batch: the definition that every fast path is held to."""
    output = _output(experiment, params, _shown(experiment, params, x, noise), noise)
    loss = importance_weighted(experiment, output, x)
    for regularizer in experiment.regularizers:
        loss += regularizer.penalty(experiment.model, params, x, experiment.n_hidden)
    return loss


def importance_weighted(experiment: Experiment, output: jax.Array, x: jax.Array) -> jax.Array:
    """Σ_i I_i mean_batch error(output_i, target_i)."""
    error = experiment.loss.pointwise(output, experiment.target.of(x))
    return jnp.sum(_importance(experiment, x) * jnp.mean(error, axis=1))


def _shown(experiment: Experiment, params: Any, x: jax.Array, noise: Noise) -> jax.Array:
    """The inputs that the regularisers let the model see."""

    def loss(shown: jax.Array) -> jax.Array:
        return importance_weighted(experiment, _output(experiment, params, shown, None), x)

    shown = x
    for regularizer, u in _acting(experiment, noise, "inputs"):
        shown = regularizer.inputs(experiment, params, shown, u, loss)
    return shown


def _output(experiment: Experiment, params: Any, x: jax.Array, noise: Noise) -> jax.Array:
    """The model's outputs, its hidden units as the regularisers leave them."""
    model = experiment.model
    acting = _acting(experiment, noise, "hidden")
    if not acting:
        return model.apply(params, x, experiment.n_hidden)
    h = model.hidden(params, x, experiment.n_hidden)
    for regularizer, u in acting:
        h = regularizer.hidden(h, u)
    return model.decode(params, h, experiment.n_features)


def _acting(experiment: Experiment, noise: Noise, place: str) -> list[tuple[Any, Any]]:
    """The regularisers that act on a place, each with its uniform numbers; without noise none."""
    if noise is None:
        return []
    pairs = zip(experiment.regularizers, noise, strict=True)
    return [(r, u) for r, u in pairs if acts_on(r, place)]


def _importance(experiment: Experiment, x: jax.Array) -> jax.Array:
    return jnp.asarray(experiment.importance.per_feature(x.shape[0]), x.dtype)
