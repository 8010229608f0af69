"""Loss and gradient of a tile on one batch: by autodiff through flax, or by hand where known."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from phasesim.experiment import Experiment
from phasesim.losses.weighted_mse import weighted_mse


def loss_and_gradient(experiment: Experiment, params: Any, x: jax.Array) -> tuple[jax.Array, Any]:
    """Batch loss (L,) and its gradient for each model of a tile.

    Args:
        experiment: stacked, L models.
        params: leaves (L, ...).
        x: inputs, (L, n, batch).
    """
    by_hand = experiment.model.tile_gradient
    if by_hand and type(experiment.loss) is weighted_mse and not experiment.regularizers:
        importance = jax.vmap(lambda e: e.importance.per_feature(e.n_features))(experiment)
        return by_hand(params, x, experiment.target.of(x), importance.astype(x.dtype))
    return jax.vmap(jax.value_and_grad(objective, argnums=1))(experiment, params, x)


def objective(experiment: Experiment, params: Any, x: jax.Array) -> jax.Array:
    """What one model minimises on one batch: the definition that every fast path is held to."""
    output = experiment.model.apply(params, x, experiment.n_hidden)
    loss = importance_weighted(experiment, output, x)
    for regularizer in experiment.regularizers:
        loss += regularizer.penalty(experiment.model, params, x, experiment.n_hidden)
    return loss


def importance_weighted(experiment: Experiment, output: jax.Array, x: jax.Array) -> jax.Array:
    """Σ_i I_i mean_batch error(output_i, target_i) of one model."""
    error = experiment.loss.pointwise(output, experiment.target.of(x))
    importance = jnp.asarray(experiment.importance.per_feature(x.shape[0]), x.dtype)
    return jnp.sum(importance * jnp.mean(error, axis=1))
