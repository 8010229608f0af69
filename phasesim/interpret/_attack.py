"""Attacks on the inputs of one model: along the rows of its linear map, and by gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

Extra = Callable[[jax.Array], jax.Array]


def errors(experiment: Any, params: Any, x: jax.Array) -> Extra:
    """The map from what is added to inputs x (n, S) to the loss of each sample above its own."""
    wanted = experiment.target.of(x)
    weights = jnp.asarray(experiment.importance.per_feature(x.shape[0]), x.dtype)

    def loss(shown: jax.Array) -> jax.Array:
        out = experiment.model.apply(params, shown, experiment.n_hidden)
        return jnp.matmul(weights, experiment.loss.pointwise(out, wanted), precision="highest")

    clean = loss(x)
    return lambda added: loss(x + added) - clean


def along(extra: Extra, ways: jax.Array, size: jax.Array, samples: int) -> tuple[Any, Any]:
    """Every sample moved along each way in turn, one after the other for the sake of memory.

    Args:
        extra: as `errors` gives it.
        ways: one direction a row, (k, n), of any length; none where it is 0.
        size: length of the move.
        samples: S.

    Returns:
        Loss added by each, (k, S), and the larger one of both signs.
    """
    unit = ways / jnp.where(lengths(ways) > 0, lengths(ways), 1)[:, None]

    def one(way: jax.Array) -> tuple[jax.Array, jax.Array]:
        added = jnp.broadcast_to(size * way[:, None], (len(way), samples))
        forth, back = extra(added), extra(-added)
        return forth, jnp.maximum(forth, back)

    return jax.lax.map(one, unit)


def projected(
    extra: Extra, key: jax.Array, shape: tuple[int, ...], size: jax.Array | float, n_steps: int
) -> tuple[jax.Array, jax.Array]:
    """Projected gradient ascent in the ball of a radius, from a random point of its surface.

    Args:
        extra: as `errors` gives it.
        key: of the start.
        shape: (n, S).
        size: radius of the ball.
        n_steps: steps of a quarter of the radius along the normalised gradient.

    Returns:
        The worst loss added on the way, (S,), and where, (n, S).
    """
    slope = jax.grad(lambda added: extra(added).sum())
    start = size * unit_columns(jax.random.normal(key, shape))

    def step(_: Any, carry: tuple) -> tuple:
        at, worst, where = carry
        at = at + size / 4 * unit_columns(slope(at))
        length = lengths(at.T)
        at = at * jnp.minimum(1, size / jnp.where(length > 0, length, 1))
        found = extra(at)
        better = found > worst
        return at, jnp.where(better, found, worst), jnp.where(better, at, where)

    return jax.lax.fori_loop(0, n_steps, step, (start, extra(start), start))[1:]


def unit_columns(v: jax.Array) -> jax.Array:
    """Columns of length 1; 0 stays 0."""
    length = lengths(v.T)
    return v / jnp.where(length > 0, length, 1)


def lengths(rows: jax.Array) -> jax.Array:
    """Length of each row."""
    return jnp.linalg.norm(rows, axis=1)
