"""Attributions of an output to what it was computed from, and the true effect of edits."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp


def attributions(
    output: Callable[[jax.Array], jax.Array], z: jax.Array, n_steps: int
) -> dict[str, jax.Array]:
    """Attributions of one number to each entry of a vector, by every method.

    Args:
        output: (k,) -> scalar.
        z: (k,), the inputs or the hidden units of one sample.
        n_steps: points of the path from 0 to z, by the midpoint rule.
    """
    slope = jax.grad(output)
    at = (jnp.arange(n_steps) + 0.5) / n_steps
    along = jax.vmap(lambda t: slope(t * z))(at).mean(axis=0)
    gradient = slope(z)
    return {
        "gradient": gradient,
        "gradient_input": gradient * z,
        "integrated": along * z,
        "magnitude": z,
    }


def effects(output: Callable[[jax.Array], jax.Array], z: jax.Array) -> jax.Array:
    """How much the number falls when each entry is set to 0, (k,)."""
    removed = z[None] * (1 - jnp.eye(len(z)))
    return output(z) - jax.vmap(output)(removed)


def rank_correlation(a: jax.Array, b: jax.Array) -> jax.Array:
    """Spearman's correlation of two vectors, ties at their mean rank.

    0 where one of them is constant, NaN where both are: there is nothing to order.
    """
    ranks = [_ranks(v) for v in (a, b)]
    left, right = (r - r.mean() for r in ranks)
    spread = jnp.stack([(left**2).sum(), (right**2).sum()])
    scale = jnp.sqrt(spread.prod())
    found = (left * right).sum() / jnp.where(scale > 0, scale, 1)
    return jnp.where((spread == 0).all(), jnp.nan, found)


def spread(a: jax.Array) -> jax.Array:
    """Effective number of entries that share the size of a vector, (Σ|a|)²/Σa²."""
    square = (a**2).sum()
    return jnp.where(square > 0, jnp.abs(a).sum() ** 2 / jnp.where(square > 0, square, 1), jnp.nan)


def _ranks(v: jax.Array) -> jax.Array:
    # vectors are short: comparing all pairs is faster than sorting, and sees ties
    below = (v[:, None] > v[None]).sum(axis=1)
    return below + (v[:, None] == v[None]).sum(axis=1) / 2
