"""The loss of each feature as a function of the parameters: exact where it is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from phasesim.engines._population import FINER, n_waves
from phasesim.engines.population import uncovered
from phasesim.exact._activity import activities
from phasesim.exact._coverage import covered_law, plain
from phasesim.exact._expected import expected_rows
from phasesim.exact._linear import dependent_loss_and_gradient
from phasesim.exact._series import Terms
from phasesim.exact._tied import row_losses


def feature_losses(experiment: Any, x: jax.Array) -> Callable[[Any], jax.Array]:
    """A map from parameters to the loss of each feature, weighted by importance, (n,).

    Args:
        experiment: of one model.
        x: samples, (n, batch), for models whose expected loss is not known.
    """
    # its numbers mean nothing: which parts it has decides
    shape = jax.tree.map(lambda leaf: np.ones(np.shape(leaf)), experiment)
    if uncovered(shape) is not None:
        return partial(sampled_losses, experiment, x)
    if type(experiment.model).__name__ == "linear":
        return partial(_linear, experiment)
    return partial(_exact, experiment, plain(shape.distribution, x.shape[0]))


def null_losses(experiment: Any) -> jax.Array:
    """Loss of each feature, weighted by importance, with the best constant output, (n,)."""
    n = experiment.n_features
    null = experiment.loss.null(experiment.target, experiment.distribution, n)
    return jnp.asarray(experiment.importance.per_feature(n) * null)


def sampled_losses(experiment: Any, x: jax.Array, params: Any) -> jax.Array:
    """Loss of each feature on samples (n, batch), weighted by importance, (n,)."""
    output = experiment.model.apply(params, x, experiment.n_hidden)
    error = experiment.loss.pointwise(output, experiment.target.of(x))
    return experiment.importance.per_feature(x.shape[0]) * error.mean(axis=1)


def _linear(experiment: Any, params: Any) -> jax.Array:
    n, law = experiment.n_features, experiment.distribution
    # the loss under the importance of one feature is that feature's
    each = experiment.importance.per_feature(n) * jnp.eye(n)
    moments = jnp.asarray(law.mean(n)), jnp.asarray(law.covariance(n))
    return dependent_loss_and_gradient(params["W"], params["b"], *moments, each)[0]


def _exact(experiment: Any, independent: bool, params: Any) -> jax.Array:
    W, b = params["W"], params["b"]
    n, law = experiment.n_features, covered_law(experiment.distribution)
    G = jnp.matmul(W.T, W, precision="highest")
    waves = int(min(FINER * n_waves(n), law.most_terms))
    terms = Terms(waves, waves)
    if independent:
        rows = row_losses(G, b, jnp.asarray(experiment.distribution.density_per_feature(n)), terms)
    else:
        contexts = activities(experiment.distribution.activity(n), W.dtype)
        rows = expected_rows(law, G, b, contexts, terms)
    return experiment.importance.per_feature(n) * rows.loss
