"""One way to initialise and apply flax.linen and flax.nnx modules with a plain params tree."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen, nnx


def init(module: Any, key: jax.Array, n_features: int) -> Any:
    """The module's own initial parameters as a tree of arrays."""
    if isinstance(module, linen.Module):
        return module.init(key, jnp.zeros((1, n_features)))["params"]
    return nnx.to_pure_dict(nnx.state(module(nnx.Rngs(key)), nnx.Param))


def apply(module: Any, params: Any, x: jax.Array) -> jax.Array:
    """Outputs (batch, n) for inputs (batch, n)."""
    if isinstance(module, linen.Module):
        return module.apply({"params": params}, x)
    # the graph of an nnx module is made abstractly: no numbers are drawn for it
    graph, state = nnx.split(nnx.eval_shape(lambda: module(nnx.Rngs(0))))
    nnx.replace_by_pure_dict(state, params)
    return nnx.merge(graph, state)(x)
