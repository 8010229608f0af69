"""What of a store fits on a page of a given size, and what is said about the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phasesim.explore.encode import n_bytes

#: fewest points that still show the shape of a loss curve
_FEWEST_POINTS = 12
#: weights of fewer cells than one in so many along each axis are not worth their maps
_WIDEST_WEIGHTS = 8


@dataclass(frozen=True)
class Sizes:
    """How many numbers a store has for the page."""

    grid: tuple[int, ...]
    n_seeds: int
    per_cell: int
    """Reduced values of all maps, and what else there is once a cell."""
    per_model: int
    """Status, loss and the like of every model."""
    per_model_maps: int
    """Values of all maps of every model."""
    weights: int
    """W and b of one model."""
    curve: int
    """Points of its loss curve."""
    snapshots: int
    """Recorded steps."""


@dataclass(frozen=True)
class Keep:
    """What of it goes onto the page."""

    snapshots: int
    curve: int
    seed_maps: bool
    seeds: int
    weight_stride: int = 1
    stride: int = 1

    def numbers(self, sizes: Sizes) -> int:
        """How many numbers that is."""
        grid = [-(-size // self.stride) for size in sizes.grid]
        with_weights = math.prod(-(-size // self.weight_stride) for size in grid)
        model = 1 + sizes.weights * (1 + self.snapshots) + self.curve
        per_model = sizes.per_model + sizes.per_model_maps * self.seed_maps
        cells = math.prod(grid) * (sizes.per_cell + sizes.n_seeds * per_model)
        return cells + with_weights * self.seeds * model

    def notes(self, sizes: Sizes) -> list[str]:
        """What there is less of, each in words that stand by themselves."""
        said = []
        if self.stride > 1:
            said.append(f"cells: only at every {_nth(self.stride)} value of each axis")
        kept = {"weights": sizes.weights, "loss curves": self.curve}
        models = " and ".join(name for name, count in kept.items() if count)
        if models and self.weight_stride > 1:
            nth = _nth(self.stride * self.weight_stride)
            said.append(f"{models}: only at every {nth} value of each axis")
        if models and self.seeds < sizes.n_seeds:
            best = "seed" if self.seeds == 1 else f"{self.seeds} seeds"
            said.append(f"{models}: only of the best {best} of {sizes.n_seeds} in each cell")
        if not self.seed_maps:
            said.append("maps: only over the seeds of a cell, none of single seeds")
        if self.curve < sizes.curve:
            count = f"only {self.curve} of {sizes.curve} points each" if self.curve else "none"
            said.append(f"loss curves: {count}")
        if self.snapshots < sizes.snapshots:
            count = f"only {self.snapshots}" if self.snapshots else "none"
            said.append(f"recorded steps: {count} of {sizes.snapshots}")
        return said


def fit(sizes: Sizes, available: int) -> Keep:
    """The most that fits: first steps are thinned, then seeds, then cells.

    Args:
        sizes: what there is.
        available: bytes.

    Returns:
        `Keep`; the least there is where not even that fits.
    """
    keep = None
    for keep in _ladder(sizes):
        if n_bytes(keep.numbers(sizes)) <= available:
            return keep
    assert keep is not None
    return keep


def thinned(count: int, kept: int) -> NDArray[np.intp]:
    """Which of ``count`` points are kept, both ends included.

    >>> thinned(5, 3).tolist()
    [0, 2, 4]
    """
    return np.linspace(0, count - 1, kept).round().astype(np.intp)


def _ladder(sizes: Sizes) -> Iterator[Keep]:
    keep = Keep(sizes.snapshots, sizes.curve, True, sizes.n_seeds)
    yield keep
    for field, least in (("snapshots", 2), ("curve", _FEWEST_POINTS)):
        while getattr(keep, field) > least:
            keep = replace(keep, **{field: max(least, getattr(keep, field) // 2)})
            yield keep
    keep = replace(keep, seed_maps=False)
    yield keep
    while keep.seeds > 1:
        keep = replace(keep, seeds=keep.seeds // 2)
        yield keep
    for field in ("snapshots", "curve"):
        keep = replace(keep, **{field: 0})
        yield keep
    while keep.weight_stride < min(_WIDEST_WEIGHTS, max(sizes.grid, default=1)):
        keep = replace(keep, weight_stride=2 * keep.weight_stride)
        yield keep
    while keep.stride < max(sizes.grid, default=1):
        # the cells with weights are the same ones as long as there are cells between them
        weight_stride = max(1, keep.weight_stride // 2)
        keep = replace(keep, stride=2 * keep.stride, weight_stride=weight_stride)
        yield keep


def _nth(number: int) -> str:
    return f"{number}nd" if number == 2 else f"{number}th"
