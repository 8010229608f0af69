"""What a tile of models carries from step to step, and what it starts from."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from phasesim.engines._stopping import Stopped, none_stopped
from phasesim.experiment import Experiment, curve_ends


class Inputs(NamedTuple):
    """A tile of L models to train: one experiment, stacked, and its random keys.

    Attributes:
        experiment: leaves of shape (L, ...).
        init_keys: one key a model, shape (L,).
        data_keys: 64-bit counters' keys, uint32 (L, 2), or (2,) where draws are shared.
        eval_key: uint32 (2,): the evaluation sample is the same for all models of a sweep.
        start: parameters to start from, leaves (L, ...), or None to initialise.
    """

    experiment: Experiment
    init_keys: jax.Array
    data_keys: jax.Array
    eval_key: jax.Array
    start: Any


class State(NamedTuple):
    """Everything that changes while a tile trains; arrays are donated from call to call."""

    params: Any
    opt_state: Any
    curve: jax.Array  # (n_points, L) sums of batch losses over the segments of the loss curve
    tail: jax.Array  # (4, L) sum and sum of squares over both halves of the last tenth
    first_bad_step: jax.Array  # (L,) first step with a non-finite loss, -1 where none
    stopped: Stopped | None  # None where all models train to their last step


def start_state(inputs: Inputs) -> State:
    """The state before step 0."""
    experiment = inputs.experiment
    n, m = experiment.n_features, experiment.n_hidden
    size = inputs.init_keys.shape[0]
    if inputs.start is None:
        params = jax.vmap(lambda e, key: e.init.params(e.model, key, n, m))(
            experiment, inputs.init_keys
        )
    else:
        params = inputs.start
    opt_state = jax.vmap(lambda e, p: e.optimizer.transformation(e.n_steps).init(p))(
        experiment, params
    )
    points = len(curve_ends(experiment))
    return State(
        params,
        opt_state,
        jnp.zeros((points, size)),
        jnp.zeros((4, size)),
        jnp.full(size, -1, jnp.int32),
        none_stopped(experiment, size),
    )


def record(state: State, step: jax.Array, loss: jax.Array, experiment: Experiment) -> State:
    """Add one step's batch losses, shape (L,), to the sums of the state."""
    curve, tail = state.curve, state.tail
    ends = curve_ends(experiment)
    if ends:
        point = jnp.sum(step >= jnp.array(ends[:-1], jnp.int32), dtype=jnp.int32)
        curve = curve.at[point].add(loss)
    first, middle = tail_steps(experiment.n_steps)
    half = jnp.stack([step >= first, step >= middle]).astype(loss.dtype)
    weight = jnp.stack([half[0] - half[1], half[1]])[:, None]
    # a masked sum would turn a late NaN into NaN for the whole tail, which is what is wanted:
    # the status says that the loss was not finite
    tail = tail + jnp.concatenate([weight * loss, weight * loss**2])
    bad = ~jnp.isfinite(loss) & (state.first_bad_step < 0)
    return state._replace(
        curve=curve, tail=tail, first_bad_step=jnp.where(bad, step, state.first_bad_step)
    )


def tail_steps(n_steps: int) -> tuple[int, int]:
    """First step of each half of the last tenth of a run."""
    tenth = max(n_steps // 10, 2)
    return n_steps - tenth, n_steps - tenth // 2
