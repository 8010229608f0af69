"""The descent that may follow the last step of a run on the exact loss: L-BFGS."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax

from phasesim.engines._population import exact_end, exact_gradient, null_loss
from phasesim.experiment import Experiment

#: times as many terms of the series as in training: the gradient's error is what limits the rest
FINER = 2
#: a gradient norm, in null losses, below which single precision sees no way down
SMALLEST_GRADIENT = 1e-6
#: evaluations that one iteration may take to find its step
LINE_SEARCH = 10
#: losses this close, in null losses, are equal: rounding
SAME = 1e-6


def polished(experiment: Experiment, params: Any) -> Any:
    """Parameters of a tile after at most ``polish_steps`` iterations.

    Each model goes its own way, one after the other where that is faster, so that it ends where
    it would alone. It keeps its parameters where it ends higher than it began.
    """
    # the loop of one model ends when it has arrived; side by side all would wait for the last
    found = jax.lax.platform_dependent(
        experiment, params,
        cpu=lambda *tile: jax.lax.map(lambda one: _descended(*one), tile),
        default=jax.vmap(_descended),
    )  # fmt: skip
    both = jax.tree.map(lambda *leaves: jnp.stack(leaves), params, found)
    before, after = jax.lax.map(lambda p: exact_end(experiment, p).loss, both)
    better = after <= before + SAME * null_loss(experiment)
    return jax.tree.map(
        lambda new, old: jnp.where(better.reshape(-1, *([1] * (old.ndim - 1))), new, old),
        found, params,
    )  # fmt: skip


def _descended(experiment: Experiment, params: Any) -> Any:
    """One model's parameters after its iterations."""
    tile = jax.tree.map(lambda leaf: leaf[None], experiment)
    scale = null_loss(tile)[0]

    def with_gradient(params: Any) -> tuple[jax.Array, Any]:
        loss, gradient = exact_gradient(tile, jax.tree.map(lambda v: v[None], params), FINER)
        return loss[0] / scale, jax.tree.map(lambda g: g[0] / scale, gradient)

    # optax differentiates the function that it is given: the gradient known is handed to it
    objective = jax.custom_vjp(lambda params: with_gradient(params)[0])
    objective.defvjp(
        with_gradient, lambda gradient, by: (jax.tree.map(lambda g: by * g, gradient),)
    )
    search = optax.scale_by_zoom_linesearch(LINE_SEARCH, initial_guess_strategy="one")
    method = optax.lbfgs(linesearch=search)

    def begun(params: Any, loss: jax.Array, gradient: Any) -> Any:
        return optax.tree.set(method.init(params), value=loss, grad=gradient)

    def goes_on(carry: tuple) -> jax.Array:
        count, failures, _, state = carry
        gradient = optax.tree.norm(optax.tree.get(state, "grad"))
        more = count < experiment.engine.polish_steps
        return more & (failures < 2) & (gradient > SMALLEST_GRADIENT)

    def step(carry: tuple) -> tuple:
        count, failures, params, state = carry
        loss, gradient = (optax.tree.get(state, name) for name in ("value", "grad"))
        updates, found = method.update(
            gradient, state, params, value=loss, grad=gradient, value_fn=objective
        )
        moved = optax.tree.get(found, "learning_rate") > 0
        failed = ~(moved & (optax.tree.get(found, "value") <= loss + SAME))
        # what it remembers of a saddle or a kink may lead nowhere: once more without
        anew = (params, begun(params, loss, gradient))
        params, state = jax.tree.map(
            lambda old, new: jnp.where(failed, old, new),
            anew, (optax.apply_updates(params, updates), found),
        )  # fmt: skip
        return count + 1, jnp.where(failed, failures + 1, 0), params, state

    state = begun(params, *with_gradient(params))
    return jax.lax.while_loop(goes_on, step, (jnp.int32(0), jnp.int32(0), params, state))[2]
