"""The exact loss of a tile under dependent features or another amplitude than the uniform."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from phasesim.engines._in_turn import in_turn
from phasesim.exact._activity import activities
from phasesim.exact._coverage import covered_law, plain
from phasesim.exact._expected import error_bound, loss_and_gradient, rounding
from phasesim.exact._linear import dependent_loss_and_gradient
from phasesim.exact._series import Terms
from phasesim.experiment import Experiment


def is_plain(experiment: Experiment) -> bool:
    """Whether a tile's features are independent and uniform."""
    return plain(_shape(experiment), experiment.n_features)


def is_independent(experiment: Experiment) -> bool:
    """Whether a tile's features are independent of each other."""
    return all(len(group) == 1 for group in _shape(experiment).groups(experiment.n_features))


def _shape(experiment: Experiment) -> Any:
    """A distribution with the structure of a tile's, for one model; its numbers mean nothing."""
    return jax.tree.map(lambda leaf: np.ones(leaf.shape[1:]), experiment.distribution)


def linear_evaluated(experiment: Experiment, W: Any, b: Any, importance: Any) -> Any:
    """Loss of linear models and its gradient by W and b."""
    n = experiment.n_features
    mean, covariance = jax.vmap(lambda e: (e.distribution.mean(n), e.distribution.covariance(n)))(
        experiment
    )
    return dependent_loss_and_gradient(W, b, mean, covariance, importance)


def law_evaluated(experiment: Experiment, W: Any, b: Any, importance: Any, waves: int) -> Any:
    """Loss of ReLU models, its gradient by W and b, and a bound on its error."""
    waves = int(min(waves, covered_law(experiment.distribution).most_terms))
    rows, numbers = (W, b, experiment.distribution, importance), 2 * W.shape[-1] ** 2 * waves
    loss, dW, db, last = in_turn(partial(_evaluate, waves), numbers, *rows)
    left_out, rounded = in_turn(partial(_bound, waves), numbers, *rows)
    return loss, dW, db, jnp.minimum(last, left_out) + rounded


# compiled functions so that a program which evaluates in several places traces them once
@partial(jax.jit, static_argnums=0)
def _evaluate(waves: int, W: Any, b: Any, distribution: Any, importance: Any) -> Any:
    """Loss of one model, its gradient by W and b, and an estimate of what terms left out add."""
    contexts = activities(distribution.activity(W.shape[-1]), W.dtype)
    terms = Terms(waves, waves)
    return loss_and_gradient(covered_law(distribution), W, b, contexts, importance, terms)


@partial(jax.jit, static_argnums=0)
def _bound(waves: int, W: Any, b: Any, distribution: Any, importance: Any) -> Any:
    """Bound on what the terms left out add to one model's loss, and its rounding."""
    law = covered_law(distribution)
    contexts = activities(distribution.activity(W.shape[-1]), W.dtype)
    at = law, jnp.matmul(W.T, W, precision="highest"), b, contexts, importance
    return error_bound(*at, waves), rounding(*at)
