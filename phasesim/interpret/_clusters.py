"""k-means of numbers, of fixed shape so that it vmaps."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def spaced(values: jax.Array, n_centres: jax.Array, most: int) -> jax.Array:
    """Evenly spaced centres from the smallest to the largest value, (most,); inf beyond n_centres.

    Args:
        values: (weights,).
        n_centres: how many, at least 2.
        most: length of what is returned.
    """
    at = jnp.arange(most) / (n_centres - 1)
    low, high = values.min(), values.max()
    return jnp.where(at <= 1, low + at * (high - low), jnp.inf)


def quantiles(values: jax.Array, n_centres: jax.Array, most: int) -> jax.Array:
    """Centres with equally many values around each, as `spaced`."""
    at = (jnp.arange(most) + 0.5) / n_centres
    return jnp.where(at < 1, jnp.quantile(values, jnp.minimum(at, 1)), jnp.inf)


def nearest(values: jax.Array, centres: jax.Array) -> jax.Array:
    """Index of the centre nearest to each value."""
    return jnp.argmin(jnp.abs(values[:, None] - centres), axis=1)


def lloyd(values: jax.Array, centres: jax.Array, n_steps: int) -> jax.Array:
    """Centres after some of Lloyd's steps; one without values stays where it is."""

    def step(_: int, c: jax.Array) -> jax.Array:
        own = nearest(values, c)
        count = jnp.zeros(len(c)).at[own].add(1)
        total = jnp.zeros(len(c)).at[own].add(values)
        return jnp.where(count > 0, total / jnp.maximum(count, 1), c)

    return jax.lax.fori_loop(0, n_steps, step, centres)


def shared(values: jax.Array, centres: jax.Array) -> jax.Array:
    """Values replaced by the nearest centre."""
    return centres[nearest(values, centres)]
