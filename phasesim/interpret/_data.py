"""Samples for analyses, and what single features do to hidden units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from phasesim.engines._draws import sample
from phasesim.keys import stream

#: samples whose products are added up one after the other
BLOCK = 512


def draw(experiment: Any, key: jax.Array, name: str, n_samples: int) -> jax.Array:
    """Samples of the experiment's own law, (n, n_samples), from the key's stream of that name."""
    words = jax.random.key_data(stream(key, name)).astype(jnp.uint32)
    return sample(experiment, words, 0, n_samples)


def units_of(
    experiment: Any, params: Any, key: jax.Array, name: str
) -> Callable[[Any, int], jax.Array]:
    """Hidden units (m, size) of batch number i of a stream: (i, size) -> batch; i may be traced."""
    words = jax.random.key_data(stream(key, name)).astype(jnp.uint32)
    hidden = hidden_of(experiment, params)
    return lambda i, size: hidden(sample(experiment, words, i, size))


def training_samples(experiment: Any, key: jax.Array) -> jax.Array:
    """All samples (n, T) of a model that was trained on a data set.

    Args:
        experiment: of one model, its distribution a data set.
        key: of an analysis that says `of_training`.
    """
    words = jax.random.key_data(key).astype(jnp.uint32)
    return sample(experiment, words, 0, experiment.samples_a_step)


def hidden_of(experiment: Any, params: Any) -> Callable[[jax.Array], jax.Array]:
    """The map from x (n, batch) to the hidden units (m, batch) of one model."""
    return lambda x: experiment.model.hidden(params, x, experiment.n_hidden)


def decoder_of(experiment: Any, params: Any) -> Callable[[jax.Array], jax.Array]:
    """The map from hidden units (m, batch) to the outputs (n, batch) of one model."""
    return lambda h: experiment.model.decode(params, h, experiment.n_features)


def without(x: jax.Array, feature: Any) -> jax.Array:
    """Inputs (n, batch) with one feature silenced."""
    return jnp.where(jnp.arange(x.shape[0])[:, None] == feature, 0, x)


def directions(experiment: Any, params: Any) -> jax.Array:
    """What a feature alone, at 1, adds to the hidden units: (m, n), the columns of W if linear."""
    n = experiment.n_features
    hidden = hidden_of(experiment, params)
    return hidden(jnp.eye(n)) - hidden(jnp.zeros((n, n)))


def shuffled(params: Any, key: jax.Array) -> Any:
    """Every parameter with its entries in random order: a model of the same size of weights."""
    leaves, tree = jax.tree.flatten(params)
    mixed = [
        jax.random.permutation(jax.random.fold_in(key, i), leaf.ravel()).reshape(leaf.shape)
        for i, leaf in enumerate(leaves)
    ]
    return jax.tree.unflatten(tree, mixed)


def ratio(part: jax.Array, whole: jax.Array) -> jax.Array:
    """A part of a whole, NaN where there is no whole."""
    return jnp.where(whole > 0, part / jnp.where(whole > 0, whole, 1), jnp.nan)


def mean_product(a: jax.Array, b: jax.Array) -> jax.Array:
    """Means over the samples of a_i b_j, (p, q), of (p, samples) and (q, samples).

    In blocks: some compilers add the products of small matrices one after the other, which costs
    float32 three digits in 100,000 samples.
    """
    size = a.shape[1]
    whole = size - size % BLOCK
    a_in, b_in = (v[:, :whole].reshape(len(v), -1, BLOCK) for v in (a, b))
    sums = jnp.einsum("iks,jks->kij", a_in, b_in, precision="highest").sum(axis=0)
    rest = jnp.matmul(a[:, whole:], b[:, whole:].T, precision="highest")
    return (sums + rest) / size


def occurrences(numbers: jax.Array, size: int) -> jax.Array:
    """How often each of 0 … size - 1 stands in each row, (rows, size); others are not counted."""
    row = jnp.arange(numbers.shape[0])[:, None]
    place = jnp.where(numbers >= 0, numbers, size)  # a negative index would count from the end
    return jnp.zeros((numbers.shape[0], size)).at[row, place].add(1.0, mode="drop")
