"""Inputs that differ from those of training: density, correlations, a missing context."""

from __future__ import annotations

import copy
from typing import Any

import jax
import jax.numpy as jnp

from phasesim.distributions._contexts import Contexts
from phasesim.interpret._data import draw


def n_contexts(experiment: Any, otherwise: int) -> int:
    """Contexts of the experiment's law, or a number where it has none."""
    law = experiment.distribution
    return law.count() if isinstance(law, Contexts) else otherwise


def draw_in(
    experiment: Any, key: jax.Array, name: str, n_samples: int, met: jax.Array, parts: jax.Array
) -> jax.Array:
    """Samples in which only some contexts are met, (n, n_samples).

    Args:
        experiment: of one model.
        key: as for `_data.draw`.
        name: as for `_data.draw`.
        n_samples: how many.
        met: bool (contexts,).
        parts: for a law without contexts the one that each feature belongs to, (n,); features of
            the others are silent.
    """
    law = experiment.distribution
    if not isinstance(law, Contexts):
        x = draw(experiment, key, name, n_samples)
        return jnp.where(met[parts][:, None], x, 0)
    changed, own = copy.copy(experiment), copy.copy(law)
    # numbers inside a compiled program cannot be checked, so they are put in place directly
    object.__setattr__(own, "weights", jnp.where(met, law.context_weights(), 0))
    object.__setattr__(changed, "distribution", own)
    return draw(changed, key, name, n_samples)


def thinned(x: jax.Array, key: jax.Array, keep: float) -> jax.Array:
    """Inputs in which each active feature stays with probability ``keep``."""
    return jnp.where(jax.random.uniform(key, x.shape) < keep, x, 0)


def united(samples: list[jax.Array]) -> jax.Array:
    """Inputs in which a feature is active where it is in any of several draws: 1 - (1 - p)^k."""
    out = samples[0]
    for x in samples[1:]:
        out = jnp.where(out != 0, out, x)
    return out


def pairs(key: jax.Array, n: int) -> tuple[jax.Array, jax.Array]:
    """Disjoint random pairs of features, two vectors of length n // 2."""
    order = jax.random.permutation(key, n)
    half = n // 2
    return order[:half], order[half : 2 * half]


def coupled(
    x: jax.Array,
    pair: tuple[jax.Array, jax.Array],
    share: float,
    *,
    reverse: bool = False,
) -> jax.Array:
    """Reorder the samples of each pair's second feature so that it fires with the first.

    Every feature keeps its own law; only who fires with whom changes.

    Args:
        x: inputs, (n, batch), independent samples.
        pair: first and second feature of each pair.
        share: part of the samples in which the pairs are coupled.
        reverse: make it fire where the first is silent instead.
    """
    first, second = pair
    end = round(share * x.shape[1])
    here = x[:, :end]
    # the k-th active sample of the one comes to stand where the k-th of the other is
    wanted = _rank((here[first] != 0) != reverse)
    row = jnp.arange(len(first))[:, None]
    source = jnp.zeros(wanted.shape, int).at[row, _rank(here[second] != 0)].set(jnp.arange(end))
    place = jnp.take_along_axis(source, wanted, axis=1)
    return x.at[second, :end].set(jnp.take_along_axis(here[second], place, axis=1))


def _rank(active: jax.Array) -> jax.Array:
    """Place of each sample when the active ones come first, otherwise in order, (rows, batch)."""
    count = jnp.cumsum(active, axis=1)
    silent = jnp.arange(active.shape[1]) - count
    return jnp.where(active, count - 1, count[:, -1:] + silent)
