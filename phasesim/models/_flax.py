"""One way to initialise and apply flax.linen and flax.nnx modules with a plain params tree."""

from __future__ import annotations

from typing import Any, cast

import jax
import jax.numpy as jnp
from flax import linen, nnx

from phasesim.errors import UsageError


def init(module: Any, key: jax.Array, n_features: int) -> Any:
    """The module's own initial parameters as a tree of arrays."""
    if isinstance(module, linen.Module):
        return module.init(key, jnp.zeros((1, n_features)))["params"]
    return nnx.to_pure_dict(nnx.state(module(nnx.Rngs(key)), nnx.Param))


def apply(module: Any, params: Any, x: jax.Array, method: str = "__call__") -> jax.Array:
    """Outputs (batch, n) for inputs (batch, n), or what another method makes of them."""
    if isinstance(module, linen.Module):
        # the state that some modules return beside their output is not asked for
        return cast(jax.Array, module.apply({"params": params}, x, method=_method(module, method)))
    # the graph of an nnx module is made abstractly: no numbers are drawn for it
    graph, state = nnx.split(nnx.eval_shape(lambda: module(nnx.Rngs(0))))
    nnx.replace_by_pure_dict(state, params)
    return _method(nnx.merge(graph, state), method)(x)


def _method(module: Any, name: str) -> Any:
    if not hasattr(module, name):
        raise UsageError(
            f"{type(module).__name__} has no method '{name}', expected hidden(x) for the hidden "
            "units and decode(h) for the outputs"
        )
    return getattr(module, name)
