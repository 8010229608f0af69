"""Models that stop before their last step because their gradient has vanished.

A tile is left when all its models have stopped; what is stored of one of them must not depend on
when that is. A stopped model therefore adds nothing to the sums of the steps, and its share of
the steps it was spared is added at the end of the run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from phasesim.engines._population import gradient_norm, null_loss
from phasesim.experiment import Experiment, curve_ends


class Stopped(NamedTuple):
    """Where each model of a tile stopped."""

    step: jax.Array  # (L,) the first step not taken, -1 while a model trains
    loss: jax.Array  # (L,) the loss there


def none_stopped(experiment: Experiment, size: int) -> Stopped | None:
    """What a tile begins with; None where models train to their last step."""
    if experiment.engine.stop_gradient is None:
        return None
    return Stopped(jnp.full(size, -1, jnp.int32), jnp.zeros(size))


def stopped_at(
    experiment: Experiment, stopped: Stopped, step: jax.Array, loss: jax.Array, gradient: Any
) -> Stopped:
    """Those that had stopped, and those whose gradient at this step is small enough."""
    enough = experiment.engine.stop_gradient * null_loss(experiment)
    new = (stopped.step < 0) & (gradient_norm(gradient) < enough)
    return Stopped(jnp.where(new, step, stopped.step), jnp.where(new, loss, stopped.loss))


def unless(stopped: Stopped, old: Any, new: Any) -> Any:
    """A tree of arrays (L, …) with the old values of stopped models."""

    def chosen(one: jax.Array, other: jax.Array) -> jax.Array:
        mask = (stopped.step >= 0).reshape(-1, *([1] * (one.ndim - 1)))
        return jnp.where(mask, one, other)

    return jax.tree.map(chosen, old, new)


def all_losses(
    stopped: Stopped, curve: jax.Array, tail: jax.Array, experiment: Experiment, halves: tuple
) -> tuple[jax.Array, jax.Array]:
    """The sums of the loss curve and of the tail with the steps that stopped models were spared.

    Args:
        stopped: of the tile.
        curve: (n_points, L).
        tail: (4, L).
        experiment: of the tile.
        halves: first step of each half of the tail.
    """
    ends = [0, *curve_ends(experiment)]
    curve = curve + stopped.loss * _spared(stopped, ends[:-1], ends[1:])
    count = _spared(stopped, halves, (halves[1], experiment.n_steps))
    return curve, tail + jnp.concatenate([stopped.loss * count, stopped.loss**2 * count])


def _spared(stopped: Stopped, begins: Any, ends: Any) -> jax.Array:
    """Steps from ``begins`` to ``ends`` that each model did not take, (len(ends), L)."""
    begins, ends = (jnp.array(v, jnp.int32).reshape(-1, 1) for v in (begins, ends))
    count = jnp.maximum(ends - jnp.maximum(stopped.step, begins), 0)
    return jnp.where(stopped.step >= 0, count, 0).astype(stopped.loss.dtype)
