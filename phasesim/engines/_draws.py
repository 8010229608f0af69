"""Uniform numbers for the samples of a step, and samples from them.

The numbers come from a counter-based generator: each is a function of (key, step, row, sample)
alone, written as one elementwise expression, so that it fuses into whatever consumes it and a
model's numbers do not depend on the models beside it. Threefry turns (key, step, row) into two
words; these start and step a Weyl sequence over the samples, whose members pass a 32-bit
finaliser. The upper 24 bits make the number, so densities are resolved to 2⁻²⁴ = 6e-8.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from phasesim.distributions._base import Distribution
from phasesim.experiment import Experiment
from phasesim.keys import stream


def sample(experiment: Experiment, key: jax.Array, step: Any, batch: int) -> jax.Array:
    """One batch of one model, shape (n, batch).

    Args:
        experiment: one model's, with array leaves.
        key: uint32 (2,).
        step: index of the batch in the stream.
        batch: number of samples.
    """
    n, law = experiment.n_features, experiment.distribution
    if not has_map(law):
        # the law's own sampler takes a JAX key, which is made of the same two words
        return law.sample(jax.random.fold_in(jax.random.wrap_key_data(key), step), batch, n)
    return law.from_uniform(uniforms(key, step, law.n_uniforms(n), batch), n)


def has_map(law: Distribution) -> bool:
    """Whether samples are a function of uniform numbers, which cells can then share."""
    return type(law).sample is Distribution.sample


def noise(experiment: Experiment, key: jax.Array, step: Any, batch: int) -> list[jax.Array | None]:
    """Each regulariser's uniform numbers (rows, batch) for a step, None where it takes none.

    Args:
        experiment: one model's.
        key: as for `sample`; each regulariser has a stream of its own.
        step: as for `sample`.
        batch: as for `sample`.
    """
    drawn: list[jax.Array | None] = []
    for regularizer in experiment.regularizers:
        rows = regularizer.n_uniforms(experiment.n_features, experiment.n_hidden)
        own = stream(jax.random.wrap_key_data(key), type(regularizer).__name__)
        drawn.append(uniforms(jax.random.key_data(own), step, rows, batch) if rows else None)
    return drawn


def uniforms(key: jax.Array, step: Any, rows: int, batch: int) -> jax.Array:
    """Uniform numbers k/2²⁴, k = 0 … 2²⁴-1, shape (rows, batch), for a key uint32 (2,)."""
    row = jnp.arange(rows, dtype=jnp.uint32)
    counter = jnp.broadcast_to(jnp.asarray(step).astype(jnp.uint32), row.shape)
    first, stride = threefry(
        jnp.broadcast_to(key[0], row.shape), jnp.broadcast_to(key[1], row.shape), counter, row
    )
    # an odd stride visits every word once before it repeats
    stride = (stride | jnp.uint32(1))[:, None]
    word = _finalise(first[:, None] + jnp.arange(batch, dtype=jnp.uint32)[None] * stride)
    # 24 bits fit a signed integer, whose conversion is one instruction
    return (word >> 8).astype(jnp.int32).astype(jnp.float32) * jnp.float32(2.0**-24)


def _finalise(z: jax.Array) -> jax.Array:
    """The 32-bit finaliser of Wellons 2018 (Prospecting for Hash Functions), 'lowbias32'."""
    z = (z ^ (z >> 16)) * jnp.uint32(0x7FEB352D)
    z = (z ^ (z >> 15)) * jnp.uint32(0x846CA68B)
    return z ^ (z >> 16)


def threefry(
    key0: jax.Array, key1: jax.Array, counter0: jax.Array, counter1: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Threefry-2x32 with 20 rounds (Salmon et al. 2011), elementwise, hence safe under vmap."""
    keys = (key0, key1, key0 ^ key1 ^ jnp.uint32(0x1BD11BDA))
    x, y = counter0 + key0, counter1 + key1
    for group in range(5):
        for turn in ((13, 15, 26, 6), (17, 29, 16, 24))[group % 2]:
            x = x + y
            y = ((y << turn) | (y >> (32 - turn))) ^ x
        x = x + keys[(group + 1) % 3]
        y = y + keys[(group + 2) % 3] + jnp.uint32(group + 1)
    return x, y
