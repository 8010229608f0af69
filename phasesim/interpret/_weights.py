"""The weights of a model as one vector, and what removing them does to each feature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree


def weights(params: Any) -> tuple[jax.Array, Callable[[jax.Array], Any]]:
    """All entries of the parameters that are matrices, and the way back; biases stay as they are.

    Returns:
        The entries, (weights,), and a function from such a vector to parameters.
    """
    leaves, tree = jax.tree.flatten(params)
    matrices = [i for i, leaf in enumerate(leaves) if leaf.ndim > 1]
    flat, shaped = ravel_pytree([leaves[i] for i in matrices])

    def rebuild(vector: jax.Array) -> Any:
        changed = dict(zip(matrices, shaped(vector), strict=True))
        return jax.tree.unflatten(tree, [changed.get(i, leaf) for i, leaf in enumerate(leaves)])

    return flat, rebuild


def removals(losses: Callable[[Any], jax.Array], params: Any) -> jax.Array:
    """How much each feature's loss rises when one weight is set to 0, (weights, n).

    Args:
        losses: parameters -> (n,).
        params: of one model.
    """
    flat, rebuild = weights(params)
    without = lambda i: losses(rebuild(flat.at[i].set(0)))  # noqa: E731
    return jax.lax.map(without, jnp.arange(len(flat))) - losses(params)
