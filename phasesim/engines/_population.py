"""The exact loss of a tile of models, its gradient, and how far it can be off."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from phasesim.engines._in_turn import in_turn
from phasesim.engines._laws import is_independent, is_plain, law_evaluated, linear_evaluated
from phasesim.exact._error import rounding_estimate, tail_bound
from phasesim.exact._linear import linear_loss_and_gradient
from phasesim.exact._pair import pair_loss_and_gradient
from phasesim.exact._series import Terms
from phasesim.exact._tied import loss_and_gradient
from phasesim.experiment import Experiment

#: terms of the series while training, at least, and per feature
FEWEST_WAVES, WAVES_PER_FEATURE = 64, 4
#: times as many terms judge the end of a run
FINER = 4
#: the loss must be known to this many null losses, and to this many of itself
TOLERANCE = 1e-5


class Exact(NamedTuple):
    """Measurements of a tile at the end of a run, each (L,)."""

    loss: jax.Array
    gradient_norm: jax.Array
    uncertain: jax.Array


def n_waves(n_features: int) -> int:
    """Terms of the series while training: a power of two, as couplings shrink with n."""
    waves = FEWEST_WAVES
    while waves < WAVES_PER_FEATURE * n_features:
        waves *= 2
    return waves


def exact_gradient(experiment: Experiment, params: Any, finer: int = 1) -> tuple[jax.Array, Any]:
    """Exact loss (L,) and gradient of a tile, with so many times the terms of training."""
    loss, gradient, _ = _evaluated(experiment, params, finer * n_waves(experiment.n_features))
    return loss, gradient


def exact_end(experiment: Experiment, params: Any) -> Exact:
    """Exact loss of a tile with more terms than in training, and whether to trust it."""
    loss, gradient, error = _evaluated(experiment, params, FINER * n_waves(experiment.n_features))
    # a model beyond the range of float32 has its own status
    bad = (error > TOLERANCE * (null_loss(experiment) + loss)) & jnp.isfinite(loss)
    return Exact(loss, gradient_norm(gradient), bad)


def gradient_norm(gradient: Any) -> jax.Array:
    """Norm over all parameters of each model of a tile, (L,)."""
    leaves = jax.tree.leaves(gradient)
    squares = [jnp.sum(leaf.reshape(leaf.shape[0], -1) ** 2, axis=1) for leaf in leaves]
    return jnp.sqrt(sum(squares))


def null_loss(experiment: Experiment) -> jax.Array:
    """Σ_i I_i Var x_i of each model of a tile, (L,)."""
    n = experiment.n_features
    one = lambda e: jnp.sum(e.importance.per_feature(n) * e.distribution.variance(n))  # noqa: E731
    return jax.vmap(one)(experiment)


def square_mean(experiment: Experiment) -> jax.Array:
    """Σ_i I_i E x_i²: the loss of the output 0, (L,)."""
    n = experiment.n_features

    def one(e: Any) -> jax.Array:
        law = e.distribution
        return jnp.sum(e.importance.per_feature(n) * (law.variance(n) + law.mean(n) ** 2))

    return jax.vmap(one)(experiment)


def _evaluated(experiment: Experiment, params: Any, waves: int) -> tuple[jax.Array, Any, jax.Array]:
    """Loss, gradient and a bound on the loss's error."""
    n = experiment.n_features
    W, b = params["W"], params["b"]
    importance = jax.vmap(lambda e: jnp.asarray(e.importance.per_feature(n), W.dtype))(experiment)
    law = jax.vmap(lambda e: _moments(e, n))(experiment)
    if type(experiment.model).__name__ == "linear":
        if is_independent(experiment):
            loss, dW, db = linear_loss_and_gradient(W, b, law[1], law[2], importance)
        else:
            loss, dW, db = linear_evaluated(experiment, W, b, importance)
        return loss, {"W": dW, "b": db}, 0 * loss
    if not is_plain(experiment):
        loss, dW, db, error = law_evaluated(experiment, W, b, importance, waves)
        return loss, {"W": dW, "b": db}, error

    def one(W: Any, b: Any, p: Any, weight: Any) -> tuple[jax.Array, ...]:
        return loss_and_gradient(W, b, p, weight, Terms(waves, waves))

    arguments = (W, b, law[0], importance)
    if n == 2:
        loss, dW, db, last = jax.vmap(pair_loss_and_gradient)(*arguments)
    elif n == 1:
        loss, dW, db, last = one(*arguments)
    else:
        loss, dW, db, last = in_turn(one, n * n * waves, *arguments)
    G = jnp.matmul(jnp.swapaxes(W, 1, 2), W, precision="highest")
    tail = jnp.minimum(last, tail_bound(G, law[0], importance, waves))
    return loss, {"W": dW, "b": db}, tail + rounding_estimate(G, b, law[0], importance)


def _moments(e: Any, n: int) -> tuple[jax.Array, jax.Array, jax.Array]:
    law = e.distribution
    return law.density_per_feature(n), law.mean(n), law.variance(n)
