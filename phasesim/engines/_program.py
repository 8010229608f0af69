"""The compiled program: a tile of models from any step to any later one.

One program serves a whole cohort. Called with begin = 0 it initialises, called with
end = n_steps it evaluates; in between it can be left and re-entered at any step without
changing a bit, which is where snapshots, progress and interruption come from.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from phasesim.engines._draws import has_map, noise, sample, uniforms
from phasesim.engines._evaluate import Readout, evaluate
from phasesim.engines._gradient import importance_weighted, loss_and_gradient
from phasesim.engines._polish import polished
from phasesim.engines._population import Exact, exact_end, exact_gradient, null_loss, square_mean
from phasesim.engines._state import Inputs, State, record, start_state, tail_steps
from phasesim.engines._stopping import all_losses, stopped_at, unless
from phasesim.experiment import curve_ends
from phasesim.status import Status

#: a final loss above this many times the loss of a constant output counts as diverged
DIVERGED = 100.0


class Outcome(NamedTuple):
    """The end of a run; leading axis L for a tile.

    Attributes:
        params: the model's parameters.
        loss: loss on the fixed evaluation sample, summed over features; for an engine that draws
            no samples the exact loss.
        loss_curve: mean batch loss over each of the recorded segments of the run.
        status: see `phasesim.status`.
        loss_slope: relative change of the batch loss over the last tenth of the steps.
        loss_slope_error: its standard error.
        first_bad_step: first step with a non-finite loss, -1 where none.
        readout: per-feature measurements on the evaluation sample, None where there is none.
        exact: expected loss and gradient norm, None where they are not known.
        stopped_step: first step not taken, -1 where all were; None where models do not stop early.
    """

    params: Any
    loss: jax.Array
    loss_curve: jax.Array
    status: jax.Array
    loss_slope: jax.Array
    loss_slope_error: jax.Array
    first_bad_step: jax.Array
    readout: Readout | None
    exact: Exact | None
    stopped_step: jax.Array | None


#: sums may be reassociated, which is what lets the CPU add 16 samples at a time; everything that
#: would change what inf and NaN mean is kept exact
CPU_OPTIONS = {
    "xla_cpu_enable_fast_math": True,
    "xla_cpu_fast_math_honor_nans": True,
    "xla_cpu_fast_math_honor_infs": True,
    "xla_cpu_fast_math_honor_division": True,
    "xla_cpu_fast_math_honor_functions": True,
    "xla_cpu_prefer_vector_width": 512,
    # blocks run in threads of their own; and how a product is cut must not depend on the cores
    "xla_cpu_multi_thread_eigen": False,
}


def advance(
    inputs: Inputs, state: State, begin: jax.Array, end: jax.Array
) -> tuple[State, Outcome]:
    """Train a tile from step ``begin`` to step ``end``.

    Returns:
        The new state, and the outcome, which means something only where end = n_steps.
    """
    n_steps = inputs.experiment.n_steps
    state = jax.lax.cond(begin == 0, lambda: start_state(inputs), lambda: state)
    # shared numbers are carried one step ahead: a loop carry is an array in memory, while within
    # a step the compiler would draw them anew for every model that reads them
    first = _shared_draws(inputs, begin)
    state = _steps(inputs, begin, end, (state, first))
    if inputs.experiment.engine.polish_steps:
        state = jax.lax.cond(end == n_steps, partial(_polished, inputs), lambda s: s, state)
    shapes = jax.eval_shape(_outcome, inputs, state)
    outcome = jax.lax.cond(
        end == n_steps,
        lambda: _outcome(inputs, state),
        lambda: jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shapes),
    )
    return state, outcome


def _steps(inputs: Inputs, begin: jax.Array, end: jax.Array, carry: tuple[State, Any]) -> State:
    """The state after the steps, or earlier where every model has stopped."""
    body = partial(_step, inputs)
    if carry[0].stopped is None:
        return jax.lax.fori_loop(begin, end, body, carry)[0]

    def going_on(c: Any) -> jax.Array:
        return (c[0] < end) & jnp.any(c[1][0].stopped.step < 0)

    return jax.lax.while_loop(
        going_on,
        lambda c: (c[0] + 1, body(*c)),
        (begin, carry),
    )[1][0]


def _polished(inputs: Inputs, state: State) -> State:
    return state._replace(params=polished(inputs.experiment, state.params))


@cache
def compiled(platform: str) -> Any:
    """`advance` as a jitted function for a platform; the state's arrays are reused in place."""
    options = CPU_OPTIONS if platform == "cpu" else None
    return jax.jit(advance, donate_argnums=1, compiler_options=options)


def empty_state(inputs: Inputs) -> State:
    """Arrays for the first call to write into; on the host, since any block may take a copy."""
    shapes = jax.eval_shape(start_state, inputs)
    return jax.tree.map(lambda s: np.zeros(s.shape, s.dtype), shapes)


def _shared_draws(inputs: Inputs, step: jax.Array) -> jax.Array | None:
    """The step's uniform numbers where all models share them; else each model draws in place."""
    e = inputs.experiment
    if e.engine.samples and inputs.data_keys.ndim == 1 and has_map(e.distribution):
        rows = e.distribution.n_uniforms(e.n_features)
        return uniforms(inputs.data_keys, _batch_of(e, step), rows, e.samples_a_step)
    return None


def _batch_of(experiment: Any, step: jax.Array) -> jax.Array:
    """Index of the batch that a step takes: always the first where the samples are fixed."""
    return step if experiment.distribution.fixed is None else jnp.zeros_like(step)


def _step(inputs: Inputs, step: jax.Array, carry: tuple[State, Any]) -> tuple[State, Any]:
    state, drawn = carry
    experiment = inputs.experiment
    shared_key = inputs.data_keys if inputs.data_keys.ndim == 1 else None

    def learn(e: Any, params: Any, key: Any) -> tuple[jax.Array, Any]:
        key = key if shared_key is None else shared_key
        if drawn is not None:
            x = e.distribution.from_uniform(drawn, e.n_features)
        else:
            x = sample(e, key, _batch_of(e, step), e.samples_a_step)
        return loss_and_gradient(e, params, x, noise(e, key, step, e.samples_a_step))

    def update(e: Any, gradient: Any, opt_state: Any, params: Any) -> tuple[Any, Any]:
        updates, opt_state = e.optimizer.transformation(e.n_steps).update(
            gradient, opt_state, params
        )
        return optax.apply_updates(params, updates), opt_state

    keys = None if shared_key is not None else inputs.data_keys
    if experiment.engine.samples:
        loss, gradient = _over_models(experiment, learn)(experiment, state.params, keys)
    else:
        loss, gradient = exact_gradient(experiment, state.params)
    params, opt_state = jax.vmap(update)(experiment, gradient, state.opt_state, state.params)
    if state.stopped is not None:
        stopped = stopped_at(experiment, state.stopped, step, loss, gradient)
        params = unless(stopped, state.params, params)
        opt_state = unless(stopped, state.opt_state, opt_state)
        state, loss = state._replace(stopped=stopped), unless(stopped, jnp.zeros_like(loss), loss)
    state = record(state, step, loss, experiment)
    return state._replace(params=params, opt_state=opt_state), _shared_draws(inputs, step + 1)


def _over_models(experiment: Any, function: Any) -> Any:
    """Apply a one-model function to a tile: side by side, or where the model is large one after
    the other, so that its arrays over the batch stay in the cache. A GPU has no such cache."""
    side_by_side = jax.vmap(function)
    if experiment.model.unrolls(experiment.n_features, experiment.n_hidden):
        return side_by_side
    in_turn = lambda *a: jax.lax.map(lambda one: function(*one), a)  # noqa: E731
    return lambda *a: jax.lax.platform_dependent(*a, cpu=in_turn, default=side_by_side)


def _outcome(inputs: Inputs, state: State) -> Outcome:
    experiment = inputs.experiment
    readout, exact = None, None
    if experiment.engine.samples:
        one = lambda e, params: evaluate(e, params, inputs.eval_key)  # noqa: E731
        readout = _over_models(experiment, one)(experiment, state.params)
        loss = readout.loss
    else:
        exact = exact_end(experiment, state.params)
        loss = exact.loss
    curve, tail = state.curve, state.tail
    if state.stopped is not None:
        curve, tail = all_losses(
            state.stopped, curve, tail, experiment, tail_steps(experiment.n_steps)
        )
    slope, slope_error = _slope(tail, experiment.n_steps)
    ends = jnp.array([0, *curve_ends(experiment)])
    curve = curve / jnp.diff(ends)[:, None].astype(state.curve.dtype)
    return Outcome(
        params=state.params,
        loss=loss,
        loss_curve=curve.T,
        status=_status(inputs, state, loss, exact),
        loss_slope=slope,
        loss_slope_error=slope_error,
        first_bad_step=state.first_bad_step,
        readout=readout,
        exact=exact,
        stopped_step=None if state.stopped is None else state.stopped.step,
    )


def _slope(tail: jax.Array, n_steps: int) -> tuple[jax.Array, jax.Array]:
    """Relative change of the loss over the last tenth, from the means of its two halves.

    The halves are half a tenth apart, so twice their difference is the change over the tenth.
    """
    tenth = max(n_steps // 10, 2)
    counts = jnp.array([tenth - tenth // 2, tenth // 2], tail.dtype)[:, None]
    if n_steps < 2:
        return jnp.full(tail.shape[1], jnp.nan), jnp.full(tail.shape[1], jnp.nan)
    mean = tail[:2] / counts
    variance = jnp.maximum(tail[2:] / counts - mean**2, 0) / counts
    scale = jnp.where(mean[0] + mean[1] > 0, (mean[0] + mean[1]) / 2, 1)
    error = jnp.sqrt(variance[0] + variance[1])
    return 2 * (mean[1] - mean[0]) / scale, 2 * error / scale


def _status(inputs: Inputs, state: State, loss: jax.Array, exact: Exact | None) -> jax.Array:
    experiment, size = inputs.experiment, loss.shape[0]
    finite = [
        jnp.isfinite(leaf.reshape(size, -1)).all(axis=1) for leaf in jax.tree.leaves(state.params)
    ]
    finite_weights = jnp.stack(finite).all(axis=0)
    status = jnp.full(size, int(Status.ok))
    if exact is None:
        constant = _constant_loss(experiment, inputs.eval_key)
    else:
        constant = square_mean(experiment)
        allowed = experiment.engine.gradient_tolerance * null_loss(experiment)
        status = jnp.where(exact.gradient_norm > allowed, int(Status.not_converged), status)
        status = jnp.where(exact.uncertain, int(Status.loss_uncertain), status)
    status = jnp.where(loss > DIVERGED * constant, int(Status.diverged), status)
    status = jnp.where(jnp.isfinite(loss), status, int(Status.nonfinite_loss))
    status = jnp.where(finite_weights, status, int(Status.nonfinite_weights))
    status = jnp.where(state.first_bad_step >= 0, int(Status.nonfinite_loss), status)
    return status.astype(jnp.uint8)


def _constant_loss(experiment: Any, eval_key: jax.Array) -> jax.Array:
    """Σ_i I_i E target_i² on one batch: the loss of the output 0, a scale for divergence."""

    def one(e: Any) -> jax.Array:
        x = sample(e, eval_key, 0, 1024)
        return importance_weighted(e, jnp.zeros_like(x), x)

    return jax.vmap(one)(experiment)
