"""How a grid of rows is cut: bands that fit in memory, and HDF5 chunks that fit in bands.

Each HDF5 chunk lies within one band, so it is written exactly once; therefore the file's bytes
do not depend on the order in which rows arrive.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

BAND_BYTES = 256 << 20
CHUNK_BYTES = 256 << 10


@dataclass(frozen=True)
class Band:
    """A run of consecutive rows ``start … stop`` and the block of the grid they fill."""

    start: int
    stop: int
    selection: tuple[slice, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the block, one for each dimension of the grid."""
        return tuple(s.stop - s.start for s in self.selection)


@dataclass(frozen=True)
class Tiling:
    """Cut of a grid along dimension `depth` in steps of `step`; earlier ones go one by one."""

    grid: tuple[int, ...]
    depth: int
    step: int

    def bands(self) -> Iterator[Band]:
        """All bands, in the order of their rows."""
        inner = math.prod(self.grid[self.depth + 1 :])
        rest = tuple(slice(0, size) for size in self.grid[self.depth + 1 :])
        start = 0
        for leading in itertools.product(*(range(size) for size in self.grid[: self.depth])):
            for low in range(0, self.grid[self.depth], self.step):
                high = min(low + self.step, self.grid[self.depth])
                stop = start + (high - low) * inner
                head = tuple(slice(i, i + 1) for i in leading)
                yield Band(start, stop, (*head, slice(low, high), *rest))
                start = stop

    def chunk_shape(self, shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
        """Chunk of the dataset ``(*grid, *shape)``: about `CHUNK_BYTES`, never across bands."""
        sizes = (*self.grid, *shape)
        chunk = [1] * len(sizes)
        bytes_ = itemsize
        for i in reversed(range(self.depth, len(sizes))):
            limit = self.step if i == self.depth else sizes[i]
            fit = max(1, CHUNK_BYTES // bytes_)
            # Powers of two divide the step, itself one wherever it does not span the axis.
            chunk[i] = min(limit, sizes[i]) if fit >= limit else 1 << (fit.bit_length() - 1)
            bytes_ *= chunk[i]
            if chunk[i] < sizes[i]:
                break
        return tuple(chunk)


def tile(grid: tuple[int, ...], row_bytes: int, band_bytes: int) -> Tiling:
    """The coarsest cut whose bands stay within `band_bytes` (or hold a single row).

    Args:
        grid: Sizes of ``(*axes, seed)``.
        row_bytes: Bytes of one row over all fields.
        band_bytes: Bound on a band.
    """
    for depth in range(len(grid)):
        slab = math.prod(grid[depth + 1 :]) * row_bytes
        if slab <= band_bytes or depth == len(grid) - 1:
            fit = max(1, band_bytes // slab)
            step = grid[depth] if fit >= grid[depth] else 1 << (fit.bit_length() - 1)
            return Tiling(grid, depth, step)
    raise ValueError("a grid has at least the seed dimension")
