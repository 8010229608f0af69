"""Which features drive the hidden units, one feature after the other so that memory stays small."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from phasesim.interpret._data import without


class Drive(NamedTuple):
    """How units respond when features are silenced one by one.

    Attributes:
        h: activations (m, batch).
        who: the feature whose absence changes the unit most, (m, batch).
        largest: size of that change, (m, batch).
        total: sum of the sizes over features, (m, batch).
        square: mean squared change of each unit by each feature, (m, n).
        top: samples with the largest activations of each unit, (m, n_top).
        in_top: mean size of the change in those, (m, n).
    """

    h: jax.Array
    who: jax.Array
    largest: jax.Array
    total: jax.Array
    square: jax.Array
    top: jax.Array
    in_top: jax.Array


def drive(hidden: Callable[[jax.Array], jax.Array], x: jax.Array, n_top: int) -> Drive:
    """Silence each feature of the inputs in turn.

    Args:
        hidden: x (n, batch) -> (m, batch).
        x: inputs, (n, batch).
        n_top: samples counted as those with the largest activations.
    """
    h = hidden(x)
    top = jax.lax.top_k(h, n_top)[1]

    def step(carry: tuple, i: jax.Array) -> tuple[tuple, tuple]:
        largest, who, total = carry
        change = h - hidden(without(x, i))
        size = jnp.abs(change)
        carry = (jnp.maximum(largest, size), jnp.where(size > largest, i, who), total + size)
        here = jnp.take_along_axis(size, top, axis=1)
        return carry, (jnp.mean(change**2, axis=1), jnp.mean(here, axis=1))

    start = (jnp.zeros_like(h), jnp.full(h.shape, -1), jnp.zeros_like(h))
    (largest, who, total), found = jax.lax.scan(step, start, jnp.arange(x.shape[0]))
    return Drive(h, who, largest, total, found[0].T, top, found[1].T)


def squared_drive(hidden: Callable[[jax.Array], jax.Array], x: jax.Array) -> jax.Array:
    """Mean squared change of each unit when each feature is silenced, (m, n)."""
    h = hidden(x)
    change = lambda i: jnp.mean((h - hidden(without(x, i))) ** 2, axis=1)  # noqa: E731
    return jax.lax.map(change, jnp.arange(x.shape[0])).T
