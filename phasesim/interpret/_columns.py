"""The feature directions of one model in JAX: lengths, dimensionality, nearest partners."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from phasesim.errors import UsageError

#: a feature of at least this length counts as represented
REPRESENTED = 0.5
#: with no |cosine| as large as this a feature has a dimension of its own
ALONE = 0.25


def columns(experiment: Any, params: Any) -> jax.Array:
    """W (m, n) of a model with feature directions.

    Raises:
        UsageError: the model has none.
    """
    found = experiment.model.directions(params)
    if found is None:
        name = type(experiment.model).__name__
        raise UsageError(f"model '{name}' has no feature directions, which this analysis is about")
    return found[0]


def represented(W: jax.Array) -> jax.Array:
    """Which features have a direction of some length, (n,)."""
    return jnp.linalg.norm(W, axis=0) >= REPRESENTED


def dimensionality(W: jax.Array) -> jax.Array:
    """D_i = ‖W_i‖⁴ / Σ_j (W_i·W_j)², (n,); 0 for a feature that is not represented."""
    G = jnp.matmul(W.T, W, precision="highest")
    total = (G**2).sum(axis=1)
    D = jnp.diagonal(G) ** 2 / jnp.where(total > 0, total, 1)
    return jnp.where(represented(W), D, 0)


def partners(W: jax.Array) -> jax.Array:
    """The other represented feature of the largest |cosine| with each, (n,).

    -1 for a feature that is not represented, or has none closer than `ALONE` to its line.
    """
    length, here = jnp.linalg.norm(W, axis=0), represented(W)
    unit = W / jnp.where(length > 0, length, 1)
    size = jnp.abs(jnp.matmul(unit.T, unit, precision="highest"))
    shared = here[:, None] & here & ~jnp.eye(len(here), dtype=bool) & (size >= ALONE)
    return jnp.where(shared.any(axis=1), jnp.argmax(jnp.where(shared, size, -1), axis=1), -1)
