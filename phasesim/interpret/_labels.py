"""What a neuron is called after, and where the hidden units look: labels and subspaces."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from phasesim.interpret._drive import squared_drive

#: singular values below this part of the largest span nothing
_FLAT = 1e-3


def main_driver(hidden: Callable[[jax.Array], jax.Array], x: jax.Array) -> jax.Array:
    """The feature whose absence changes each unit most over the samples, (m,); NaN if none does."""
    square = squared_drive(hidden, x)
    return jnp.where(square.max(axis=1) > 0, jnp.argmax(square, axis=1), jnp.nan)


def differ(a: jax.Array, b: jax.Array) -> jax.Array:
    """1 where two labels differ, NaN where one is missing."""
    return jnp.where(jnp.isnan(a) | jnp.isnan(b), jnp.nan, a != b)


def slopes(hidden: Callable[[jax.Array], jax.Array], x: jax.Array) -> jax.Array:
    """Mean slope of each unit along each feature, (m, n); its rows span what the units look at."""
    one = jax.jacfwd(lambda v: hidden(v[:, None])[:, 0])
    return jax.vmap(one, in_axes=1)(x).mean(axis=0)


def principal_angles(a: jax.Array, b: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Largest and mean principal angle, in degrees, between the row spaces of two (m, n) matrices.

    Of as many dimensions as both have; NaN where one has none.
    """
    (left, rank), (right, other) = (_basis(rows) for rows in (a, b))
    cosines = jnp.linalg.svd(left @ right.T, compute_uv=False)
    count = jnp.minimum(rank, other)
    shared = jnp.arange(len(cosines)) < count
    angle = jnp.where(shared, jnp.degrees(jnp.arccos(jnp.clip(cosines, 0, 1))), 0)
    none = count == 0
    mean = angle.sum() / jnp.maximum(count, 1)
    return jnp.where(none, jnp.nan, angle.max()), jnp.where(none, jnp.nan, mean)


def _basis(rows: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Orthonormal rows of the same span, the superfluous ones 0, and how many there are."""
    _, size, basis = jnp.linalg.svd(rows, full_matrices=False)
    used = (size > _FLAT * size[0]) & (size > 0)
    return jnp.where(used[:, None], basis, 0), used.sum()
