"""What ablating a unit of any kind does to the outputs, and how well that is foreseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from phasesim.interpret._attribution import rank_correlation
from phasesim.interpret._autoencoder import Latents
from phasesim.interpret._data import ratio


class Units(NamedTuple):
    """What each unit adds to the hidden units: its amount times its atom.

    Attributes:
        atoms: (units, m).
        amounts: hidden units (m, batch), inputs (n, batch) -> (units, batch).
    """

    atoms: jax.Array
    amounts: Callable[[jax.Array, jax.Array], jax.Array]


def along(rows: jax.Array, rest: jax.Array) -> Units:
    """One direction a feature, (n, m): what lies along it from rest (m, 1) where that is active."""
    length = jnp.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / jnp.where(length > 0, length, 1)
    return Units(unit, lambda h, x: jnp.where(x != 0, unit @ (h - rest), 0))


def latents(found: Latents) -> Units:
    """Latents of an autoencoder."""
    return Units(found.atoms, lambda h, x: found.encode(h))


def neurons(rest: jax.Array) -> Units:
    """Neurons, away from their values at rest (m, 1)."""
    return Units(jnp.eye(len(rest)), lambda h, x: h - rest)


def effects(
    decode: Callable[[jax.Array], jax.Array], h: jax.Array, x: jax.Array, units: Units
) -> jax.Array:
    """Mean squared change of each output when a unit is ablated, (units, n)."""
    before = decode(h)

    def one(unit: tuple[jax.Array, jax.Array]) -> jax.Array:
        atom, amount = unit
        return jnp.mean((decode(h - atom[:, None] * amount) - before) ** 2, axis=1)

    return jax.lax.map(one, (units.atoms, units.amounts(h, x)))


def agreement(predicted: jax.Array, actual: jax.Array) -> dict[str, jax.Array]:
    """Effects (units, n) against those that were predicted, every unit by its actual effect.

    Returns:
        ``r2`` of the shares of the outputs, ``rank`` correlation over outputs, ``named``: the
        part of all effects that falls on the output with the largest predicted one. NaN where
        nothing has an effect.
    """
    weight = actual.sum(axis=1)
    shares = [jnp.nan_to_num(ratio(e, e.sum(axis=1, keepdims=True))) for e in (predicted, actual)]
    error = (weight * ((shares[0] - shares[1]) ** 2).sum(axis=1)).sum()
    ranks = jnp.nan_to_num(jax.vmap(rank_correlation)(predicted, actual))
    label = jnp.argmax(predicted, axis=1)
    # a unit without an effect on the data it was fitted on has no label
    on_label = jnp.where(predicted.max(axis=1) > 0,
                         jnp.take_along_axis(actual, label[:, None], axis=1)[:, 0], 0)  # fmt: skip
    return {
        "r2": 1 - ratio(error, (weight * (shares[1] ** 2).sum(axis=1)).sum()),
        "rank": ratio((weight * ranks).sum(), weight.sum()),
        "named": ratio(on_label.sum(), weight.sum()),
    }
