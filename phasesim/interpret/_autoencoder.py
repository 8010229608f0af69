"""Training sparse autoencoders on the hidden units of a fixed model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from phasesim.autoencoders._base import Autoencoder
from phasesim.autoencoders._module import Dictionary

#: parts of the training, the learning rate falling to 0 over the last; after each but that one,
#: latents that stay silent start again where the reconstruction fails
PARTS = 4
#: samples in which a latent that is never active is silent, per sample of a batch
LOOKED_AT = 4


class Latents(NamedTuple):
    """A trained autoencoder, in units of the hidden units.

    Attributes:
        atoms: directions of the latents, of length 1, (d, m).
        encode: hidden units (m, batch) -> latents (d, batch).
        reconstruct: hidden units -> hidden units.
        curve: mean squared error in each tenth of the training, relative to the squared spread.
    """

    atoms: jax.Array
    encode: Callable[[jax.Array], jax.Array]
    reconstruct: Callable[[jax.Array], jax.Array]
    curve: jax.Array


def spread(h: jax.Array, rest: jax.Array) -> jax.Array:
    """Root mean square distance of hidden units (m, batch) from rest (m, 1), where not at rest."""
    square = ((h - rest) ** 2).sum(axis=0)
    return jnp.sqrt(square.sum() / jnp.maximum((square > 0).sum(), 1))


class Recipe(NamedTuple):
    """How an autoencoder is trained."""

    rule: Autoencoder
    n_latents: int
    n_steps: int
    batch: int
    learning_rate: float


def train(
    recipe: Recipe,
    units: Callable[[Any, int], jax.Array],
    rest: jax.Array,
    scale: jax.Array,
    strength: Any,
    key: jax.Array,
) -> Latents:
    """Adam on fresh batches, from random directions.

    Args:
        recipe: sizes and rates.
        units: (step, batch) -> hidden units (m, batch), other samples each step.
        rest: hidden units where no feature is active, (m, 1), from which directions point.
        scale: unit of the hidden units.
        strength: of the sparsity; may be traced.
        key: of the start.
    """
    per_part = -(-recipe.n_steps // PARTS)
    steps = optax.join_schedules(
        [optax.constant_schedule(recipe.learning_rate),
         optax.linear_schedule(recipe.learning_rate, 0.0, per_part)],
        [per_part * (PARTS - 1)],
    )  # fmt: skip
    optimizer = optax.adam(steps)
    module = Dictionary(units(0, 1).shape[0], recipe.n_latents, recipe.rule)
    batch_of = lambda i, size: (units(i, size) - rest) / scale  # noqa: E731
    first = module.init(key, batch_of(0, 1), 1.0)["params"]
    params = {**first, "readers": recipe.rule.start(first["directions"])}

    def loss(p: Any, h: jax.Array) -> tuple[jax.Array, jax.Array]:
        error, penalty = module.apply({"params": p}, h, strength)
        return error.mean() + penalty, error.mean()

    def step(carry: tuple, i: jax.Array) -> tuple[tuple, jax.Array]:
        p, state = carry
        slope, error = jax.grad(loss, has_aux=True)(p, batch_of(i, recipe.batch))
        updates, state = optimizer.update(slope, state, p)
        return (optax.apply_updates(p, updates), state), error

    def part(carry: tuple, number: jax.Array) -> tuple[tuple, jax.Array]:
        (p, state), errors = jax.lax.scan(step, carry, number * per_part + jnp.arange(per_part))
        # samples after those of all steps
        h = batch_of(PARTS * per_part + number, LOOKED_AT * recipe.batch)
        again = _restarted(module, p, h, strength, jax.random.fold_in(key, number))
        p = jax.tree.map(lambda a, b: jnp.where(number < PARTS - 1, a, b), again, p)
        return (p, state), errors

    (params, _), errors = jax.lax.scan(part, (params, optimizer.init(params)), jnp.arange(PARTS))
    use = partial(_applied, module, params)
    encode = lambda h: scale * use("encode", (h - rest) / scale, strength)  # noqa: E731
    tenths = jnp.array_split(errors.ravel(), 10)
    return Latents(
        atoms=use("atoms"),
        encode=encode,
        reconstruct=lambda h: rest + scale * use("decode", encode(h) / scale),
        curve=jnp.stack([t.mean() for t in tenths]),
    )


def _applied(module: Dictionary, p: Any, method: str, *given: Any) -> Any:
    """What a method returns; Flax declares changed variables beside it, of which there are none."""
    return module.apply({"params": p}, *given, method=method)


def _restarted(module: Dictionary, p: Any, h: jax.Array, strength: Any, key: jax.Array) -> Any:
    """Parameters whose silent latents point to samples, chosen by their squared error."""
    silent = (_applied(module, p, "encode", h, strength) > 0).sum(axis=1) == 0
    error, _ = module.apply({"params": p}, h, strength)
    chosen = jax.random.categorical(key, jnp.log(error), shape=silent.shape)
    toward = h[:, chosen].T
    length = jnp.linalg.norm(toward, axis=1, keepdims=True)
    # where nothing is left to reconstruct the sample chosen may be at rest
    silent, toward = silent & (length[:, 0] > 0), toward / jnp.where(length > 0, length, 1)
    put = lambda new, old: jnp.where(silent.reshape(-1, *[1] * (old.ndim - 1)), new, old)  # noqa: E731
    fresh = {"directions": toward, "readers": toward, "bias": 0.0}
    return {**p, **{name: put(new, p[name]) for name, new in fresh.items()}}
