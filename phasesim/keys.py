"""Random keys: a function of the root seed, what a cell is, its replica, and the stream's name.

Nothing depends on where a cell stands in a grid, on the grid's size, or on how work is cut.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

#: a digest as eight integers, or those of L cells: NumPy's, traced where vmap or jit hands them on
Words = jax.Array | np.ndarray


class Keys(NamedTuple):
    """Keys of L models of one replica, as `engines._state.Inputs` takes them."""

    init: jax.Array
    data: jax.Array
    evaluation: jax.Array


def model_keys(seed: int, digests: np.ndarray, replica: int, draws: str) -> Keys:
    """Keys for models of one replica.

    Args:
        seed: the sweep's root seed.
        digests: `Experiment.key_digest` of each model, uint8 (L, 32).
        replica: index of the seed dimension.
        draws: "shared" (one data key for all) or "independent".
    """
    words = np.ascontiguousarray(digests).view(">u4").astype(np.uint32)
    return _model_keys(np.uint32(seed), words, np.uint32(replica), draws == "shared")


def cell_keys(seed: int, digests: np.ndarray, replica: int) -> jax.Array:
    """The key of each of L cells; see `cell_key`."""
    words = np.ascontiguousarray(digests).view(">u4").astype(np.uint32)
    return jax.vmap(_cell_key, in_axes=(None, 0, None))(np.uint32(seed), words, np.uint32(replica))


def cell_key(seed: int, digest: bytes, replica: int) -> jax.Array:
    """The key that `phasesim.train` takes to repeat one model of a sweep.

    With ``draws = "shared"`` it repeats where the model starts, but not the data of its sweep.

    Args:
        seed: the sweep's root seed, 0 <= seed < 2³².
        digest: `Experiment.key_digest` of the cell, 32 bytes.
        replica: index of the model along the seed dimension.

    Returns:
        A typed JAX key, shape ().

    >>> import phasesim as ps
    >>> key = cell_key(0, ps.Experiment(n_hidden=2).key_digest(), 3)
    >>> bool(key == cell_key(0, ps.Experiment(n_hidden=3).key_digest(), 3))
    False
    """
    words = np.frombuffer(digest, np.uint8).view(">u4").astype(np.uint32)
    return _cell_key(np.uint32(seed), words, np.uint32(replica))


def stream(key: jax.Array, name: str) -> jax.Array:
    """A named stream of a key; names keep streams apart that share a parent."""
    return jax.random.fold_in(key, zlib.crc32(name.encode()))


def _cell_key(seed: ArrayLike, words: Words, replica: ArrayLike) -> jax.Array:
    key = jax.random.key(seed)
    for i in range(8):
        key = jax.random.fold_in(key, words[i])
    return jax.random.fold_in(key, replica)


def _model_keys_plain(seed: ArrayLike, words: Words, replica: ArrayLike, shared: bool) -> Keys:
    cells = jax.vmap(_cell_key, in_axes=(None, 0, None))(seed, words, replica)
    root = jax.random.key(seed)
    if shared:
        data = stream(jax.random.fold_in(stream(root, "shared draws"), replica), "data")
    else:
        data = jax.vmap(lambda k: stream(k, "data"))(cells)
    return Keys(
        init=jax.vmap(lambda k: stream(k, "init"))(cells),
        data=jax.random.key_data(data).astype(jnp.uint32),
        evaluation=jax.random.key_data(stream(root, "evaluation")).astype(jnp.uint32),
    )


_model_keys = jax.jit(_model_keys_plain, static_argnums=3)
