"""Where the search for the optimum begins: geometric structures, shaken copies, random points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SHAKE = 0.2
_RANDOM_STARTS = 4
_SEED = 20220914


@dataclass(frozen=True)
class Starts:
    """Starting points; the bias of an ignored feature begins at its mean, density / 2."""

    W: Array
    """Weights, shape (starts, n_hidden, n_features)."""
    b: Array
    """Biases to which the means are added, shape (starts, n_features)."""
    ignored: NDArray[np.bool_]
    """Which features the structure leaves out, shape (starts, n_features)."""

    def points(self, density: Array) -> Array:
        """Parameters (W, then b) for each cell: density (cells, n) -> (starts, cells, m n + n)."""
        b = self.b[:, None] + np.where(self.ignored[:, None], density / 2, 0.0)
        W = np.broadcast_to(self.W.reshape(len(self.W), 1, -1), (*b.shape[:2], self.W[0].size))
        return np.concatenate([W, b], axis=2)


def starts(n_features: int, n_hidden: int) -> Starts:
    """All structures of lone features and regular polygons, each as it is and shaken, then noise.

    The unshaken ones come first, so that among equally good minima the plainest one is reported.
    """
    m, n = n_hidden, n_features
    plain = list(_structures(n, m))
    W = np.stack([w for w, _ in plain])
    ignored = np.stack([i for _, i in plain])
    rng = np.random.default_rng(_SEED)
    dW, db = _SHAKE * rng.standard_normal(W.shape), 0.06 * rng.standard_normal(ignored.shape)
    random_W = rng.standard_normal((_RANDOM_STARTS, m, n)) / np.sqrt(m)
    random_b = 0.1 * rng.standard_normal((_RANDOM_STARTS, n))
    # shaken both ways: what one way worsens the other improves
    return Starts(
        np.concatenate([W, W + dW, W - dW, random_W]),
        np.concatenate([0.0 * db, db, -db, random_b]),
        np.concatenate([ignored, ignored, ignored, np.zeros(random_b.shape, dtype=bool)]),
    )


def _structures(n: int, m: int) -> Iterator[tuple[Array, NDArray[np.bool_]]]:
    """Structures that use all dimensions there is use for, as (W, ignored)."""
    for blocks in _partitions(list(range(n))):
        used = sum(_dimensions(block) for block in blocks)
        left_out = [i for i in range(n) if not any(i in block for block in blocks)]
        if used > m or (left_out and used < m):
            continue
        W, row = np.zeros((m, n)), 0
        for block in blocks:
            size = _dimensions(block)
            W[row : row + size, list(block)] = _polygon(len(block), size)
            row += size
        yield W, np.isin(np.arange(n), left_out)


def _partitions(items: list[int]) -> Iterator[list[tuple[int, ...]]]:
    """Every way to leave some items out and sort the rest into blocks; the last goes first."""
    if not items:
        yield []
        return
    last = items[-1]
    for blocks in _partitions(items[:-1]):
        yield blocks
        yield [*blocks, (last,)]
        for k, block in enumerate(blocks):
            yield [*blocks[:k], (*block, last), *blocks[k + 1 :]]


def _dimensions(block: tuple[int, ...]) -> int:
    return 1 if len(block) <= 2 else 2


def _polygon(vertices: int, dimensions: int) -> Array:
    """Unit vertices of a lone vector, a digon, or a regular polygon, shape (dimensions, k)."""
    angle = 2 * np.pi * np.arange(vertices) / vertices
    return np.stack([np.cos(angle), np.sin(angle)])[:dimensions]
