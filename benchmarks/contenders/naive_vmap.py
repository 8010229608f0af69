"""What one would write first in JAX: a training loop for one model, ``jit(vmap(...))`` over models.

Autodiff, jax.random and optax; the loop is a scan, so nothing is left to Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.contenders import densities
from benchmarks.sizes import BATCH, LEARNING_RATE, WEIGHT_DECAY, Size


def prepare(size: Size, steps: int) -> Callable[[], None]:
    """One compiled call for all models."""
    import jax
    import jax.numpy as jnp
    import optax

    optimizer = optax.adamw(LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    importance = 0.9 ** jnp.arange(size.n)

    def loss_of(params: Any, x: jax.Array) -> jax.Array:
        out = jax.nn.relu(x @ params["W"] @ params["W"].T + params["b"])
        return jnp.mean(importance * (x - out) ** 2)

    def train(key: jax.Array, probability: jax.Array) -> Any:
        first, data = jax.random.split(key)
        W = jax.nn.initializers.xavier_normal()(first, (size.n, size.m))
        params = {"W": W, "b": jnp.zeros(size.n)}

        def step(carry: Any, key: jax.Array) -> Any:
            params, state = carry
            value_key, mask_key = jax.random.split(key)
            shape = (BATCH, size.n)
            active = jax.random.uniform(mask_key, shape) <= probability
            x = jnp.where(active, jax.random.uniform(value_key, shape), 0)
            loss, gradient = jax.value_and_grad(loss_of)(params, x)
            updates, state = optimizer.update(gradient, state, params)
            return (optax.apply_updates(params, updates), state), loss

        carry = (params, optimizer.init(params))
        return jax.lax.scan(step, carry, jax.random.split(data, steps))

    program = jax.jit(jax.vmap(train))
    keys = jax.random.split(jax.random.key(0), size.models)
    probability = jnp.array(densities(size.models))
    return lambda: jax.block_until_ready(program(keys, probability))
