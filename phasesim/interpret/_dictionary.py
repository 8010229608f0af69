"""How well the atoms of a dictionary are the directions of the features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from optax.assignment import hungarian_algorithm

from phasesim.interpret._autoencoder import Latents
from phasesim.interpret._data import ratio
from phasesim.interpret._detect import detection_f1


class Truth(NamedTuple):
    """Directions of the features, of length 1 (m, n), and which of them count, (n,)."""

    unit: jax.Array
    counts: jax.Array


class Data(NamedTuple):
    """Samples on which dictionaries are fitted and scored.

    Attributes:
        hidden: x (n, batch) -> (m, batch).
        rest: hidden units where no feature is active, (m, 1).
        fit: inputs (n, batch) for thresholds.
        tests: inputs for scores, by suffix.
    """

    hidden: Callable[[jax.Array], jax.Array]
    rest: jax.Array
    fit: jax.Array
    tests: dict[str, jax.Array]

    def samples(self, size: int, key: jax.Array) -> jax.Array:
        """Random samples that are not at rest, as seen from there, (size, m)."""
        away = self.hidden(self.fit) - self.rest
        chosen = jax.random.categorical(key, jnp.log((away**2).sum(axis=0) > 0), shape=(size,))
        return away[:, chosen].T


def directions(found: jax.Array, represented: float) -> Truth:
    """The truth from directions (m, n): those at least so long, relative to the longest, count."""
    length = jnp.linalg.norm(found, axis=0)
    counts = (length >= represented * length.max()) & (length > 0)
    return Truth(found / jnp.where(length > 0, length, 1), counts)


def recovery(atoms: jax.Array, truth: Truth, close: float) -> dict[str, jax.Array]:
    """Cosines of the directions with atoms (d, m): nearest, own, and the part that is close."""
    cosines = _cosines(atoms, truth)
    row, column = hungarian_algorithm(-cosines)
    own = jnp.zeros(len(cosines)).at[row].set(cosines[row, column])
    close_enough = (own >= close) & truth.counts
    return {
        "cosine": jnp.where(truth.counts, cosines.max(axis=1), jnp.nan),
        "matched": jnp.where(truth.counts, own, jnp.nan),
        "recovered": ratio(close_enough.sum(), truth.counts.sum()),
    }


def _cosines(atoms: jax.Array, truth: Truth) -> jax.Array:
    """Of each feature with each atom, (n, d), 0 where negative or the feature does not count.

    0 too for atoms that are not finite: the assignment would not end.
    """
    length = jnp.linalg.norm(atoms, axis=1, keepdims=True)
    atoms = atoms / jnp.where(length > 0, length, 1)
    cosines = jnp.nan_to_num(jnp.maximum(truth.unit.T @ atoms.T, 0))
    return jnp.where(truth.counts[:, None], cosines, 0)


def scores(found: Latents, truth: Truth, data: Data, close: float) -> dict[str, Any]:
    """Everything that is measured of one autoencoder."""
    h = data.hidden(data.tests[""])
    active = found.encode(h) > 0
    left = {suffix: _unexplained(found, data.hidden(x)) for suffix, x in data.tests.items()}
    return {
        **recovery(found.atoms, truth, close),
        **_detected("f1", _follower(found.encode, data), truth, data),
        **{f"unexplained{suffix}": value for suffix, value in left.items()},
        "dead": 1 - active.any(axis=1).mean(),
        "n_active": active.sum(axis=0).mean(),
        "fit_error": found.curve,
    }


def detection_without(truth: Truth, data: Data) -> dict[str, jax.Array]:
    """F1 by neurons, taken either way, and by the true direction, which need no autoencoder."""
    away = lambda h: h - data.rest  # noqa: E731
    either = lambda h: jnp.concatenate([away(h), -away(h)])  # noqa: E731
    along = lambda h: truth.unit.T @ away(h)  # noqa: E731
    return {
        **_detected("f1_neurons", _follower(either, data), truth, data),
        **_detected("f1_directions", along, truth, data),
    }


def _follower(
    units: Callable[[jax.Array], jax.Array], data: Data
) -> Callable[[jax.Array], jax.Array]:
    """Of several units (u, batch) the one for each feature that follows it most, (n, batch)."""
    values = units(data.hidden(data.fit))
    values = values - values.mean(axis=1, keepdims=True)
    size = jnp.linalg.norm(values, axis=1)
    chosen = jnp.argmax(data.fit @ values.T / jnp.where(size > 0, size, jnp.inf), axis=1)
    return lambda h: units(h)[chosen]


def _detected(
    name: str, score: Callable[[jax.Array], jax.Array], truth: Truth, data: Data
) -> dict[str, jax.Array]:
    asked = [(score(data.hidden(x)), x != 0) for x in (data.fit, *data.tests.values())]
    found = detection_f1(*asked)
    return {
        f"{name}{suffix}": jnp.where(truth.counts, f, jnp.nan)
        for suffix, f in zip(data.tests, found, strict=True)
    }


def _unexplained(found: Latents, h: jax.Array) -> jax.Array:
    """Squared error of the reconstruction relative to the variance; NaN where nothing varies."""
    error = ((found.reconstruct(h) - h) ** 2).sum()
    return ratio(error, ((h - h.mean(axis=1, keepdims=True)) ** 2).sum())
