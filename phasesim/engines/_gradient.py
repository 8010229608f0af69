"""Loss and gradient of one model on one batch: by hand where known, else autodiff through flax."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from phasesim.experiment import Experiment
from phasesim.losses.weighted_mse import weighted_mse


def loss_and_gradient(experiment: Experiment, params: Any, x: jax.Array) -> tuple[jax.Array, Any]:
    """Batch loss and its gradient.

    Args:
        experiment: one model's, with array leaves.
        params: its parameters.
        x: inputs, (n, batch).
    """
    if by_hand(experiment):
        importance = _importance(experiment, x)
        return experiment.model.gradient(params, x, experiment.target.of(x), importance)
    return jax.value_and_grad(objective, argnums=1)(experiment, params, x)


def by_hand(experiment: Experiment) -> bool:
    """Whether the model's own gradient covers this loss."""
    plain = type(experiment.loss) is weighted_mse and not experiment.regularizers
    return plain and experiment.model.gradient is not None


def objective(experiment: Experiment, params: Any, x: jax.Array) -> jax.Array:
    """What one model minimises on one batch: the definition that every fast path is held to."""
    output = experiment.model.apply(params, x, experiment.n_hidden)
    loss = importance_weighted(experiment, output, x)
    for regularizer in experiment.regularizers:
        loss += regularizer.penalty(experiment.model, params, x, experiment.n_hidden)
    return loss


def importance_weighted(experiment: Experiment, output: jax.Array, x: jax.Array) -> jax.Array:
    """Σ_i I_i mean_batch error(output_i, target_i)."""
    error = experiment.loss.pointwise(output, experiment.target.of(x))
    return jnp.sum(_importance(experiment, x) * jnp.mean(error, axis=1))


def _importance(experiment: Experiment, x: jax.Array) -> jax.Array:
    return jnp.asarray(experiment.importance.per_feature(x.shape[0]), x.dtype)
