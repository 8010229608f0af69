"""The shape of a final file: axes, seeds, fields, and where each cell sits.

A *row* is one trained model, known by the hash of its cell and its replica number. The rows of
a grid are numbered in C order of ``(*axes, seed)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from phasesim.errors import StoreDamaged
from phasesim.status import Status
from phasesim.store.image import check_storable

STATUS_MEANINGS = tuple(status.name for status in Status)
# Names a final file uses itself, so that no axis may take them.
RESERVED = frozenset({"seed", "cell_hash", "hash_byte", "config_toml", "status", "W", "b", "loss"})


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One swept field.

    Attributes:
        name: Dataset and dimension name; see `axis_names`.
        path: The dotted path of the swept field.
        values: (size,) float64, int64, or text (stored as fixed-length UTF-8).
    """

    name: str
    path: str
    values: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Field:
    """One quantity stored for every row.

    Attributes:
        dims: Names of its dimensions after ``(*axes, seed)``; each needs a coordinate.
        dtype: Anything of numbers but float16.
        fill: Value where a row is missing, or smaller than the largest of the sweep.
        attrs: Text or numbers stored with it (long_name, units, …).
    """

    dims: tuple[str, ...] = ()
    dtype: str = "float32"
    fill: float = float("nan")
    attrs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """All that decides the shape of a final file.

    Attributes:
        axes: In the order of the array dimensions.
        n_seeds: Size of the ``seed`` dimension.
        fields: What is stored for every row, by dataset name.
        coords: Values along each further dimension (loss_step, step, hidden, feature, …).
        cell_hash: uint8 (cells, 32), cells in C order of the axes. Cells may repeat.
    """

    axes: tuple[Axis, ...]
    n_seeds: int
    fields: Mapping[str, Field]
    coords: Mapping[str, np.ndarray]
    cell_hash: np.ndarray

    def __post_init__(self) -> None:
        cells = int(np.prod([len(a.values) for a in self.axes], dtype=np.int64))
        if self.cell_hash.dtype != np.uint8 or self.cell_hash.shape != (cells, 32):
            raise ValueError(f"cell_hash must be uint8 ({cells}, 32)")
        if self.n_seeds < 1 or cells < 1:
            raise ValueError("a final file needs at least one cell and one seed")
        names = [a.name for a in self.axes] + [*self.coords, *self.fields, "seed", "cell_hash"]
        if len({*names, "hash_byte"}) != len(names) + 1:
            raise ValueError(f"names must differ: {', '.join(names)}")
        for name, values in self.coords.items():
            if np.ndim(values) != 1 or len(values) == 0:
                raise ValueError(f"coordinate {name}: expected a non-empty vector")
        for name, item in self.fields.items():
            check_storable(name, np.dtype(item.dtype))
            for dim in item.dims:
                if dim not in self.coords:
                    raise ValueError(f"{name}: dimension {dim} has no coordinate")

    @property
    def grid(self) -> tuple[int, ...]:
        """Sizes of ``(*axes, seed)``."""
        return (*(len(a.values) for a in self.axes), self.n_seeds)

    @property
    def n_rows(self) -> int:
        """Models of the grid."""
        return math.prod(self.grid)

    @property
    def row_bytes(self) -> int:
        """Bytes of one row over all fields, at least 1."""
        sizes = (
            np.dtype(f.dtype).itemsize * math.prod(self.shape(name))
            for name, f in self.fields.items()
        )
        return max(1, sum(sizes))

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of one row of a field."""
        return tuple(len(self.coords[dim]) for dim in self.fields[name].dims)


class RowIndex:
    """Finds the row numbers of models from their cell hash and replica number.

    Args:
        layout: The grid to look in.
    """

    def __init__(self, layout: Layout) -> None:
        keys = _as_keys(layout.cell_hash)
        self._order = np.argsort(keys, kind="stable")
        self._keys, self._first, self._count = np.unique(
            keys[self._order], return_index=True, return_counts=True
        )
        self._n_seeds = layout.n_seeds

    def locate(self, cell_hash: np.ndarray, seed: np.ndarray, label: str) -> list[np.ndarray]:
        """Row numbers of the given models, as one or more int64 (rows,) vectors.

        There are several vectors only if cells repeat in the grid (two axis values that are
        equal in float32); where a model has fewer places than others, its number is -1.

        Raises:
            StoreDamaged: A model that is not of this grid; `label` says where it was found.
        """
        keys = _as_keys(cell_hash)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        if (self._keys[at] != keys).any() or seed.max() >= self._n_seeds:
            raise StoreDamaged(f"{label}: holds a model that is not in this sweep's grid")
        first, count = self._first[at], self._count[at]
        places = []
        for k in range(int(count.max())):
            here = k < count
            cell = self._order[np.where(here, first + k, 0)]
            places.append(np.where(here, cell * self._n_seeds + seed.astype(np.int64), -1))
        return places


def axis_names(paths: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Dataset names of axes: the path's last word, or where that is taken the whole path.

    Args:
        paths: Dotted paths in axis order.
        taken: Names of coordinates and further fields, besides those always reserved.

    >>> axis_names(["model.name", "distribution.density", "optimizer.name"])
    ['name', 'density', 'optimizer_name']
    """
    used = {*RESERVED, *taken}
    names = []
    for path in paths:
        name = path.rpartition(".")[2]
        if name in used:
            name = path.replace(".", "_")
        while name in used:
            name += "_axis"
        used.add(name)
        names.append(name)
    return names


def _as_keys(cell_hash: np.ndarray) -> np.ndarray:
    # Fixed-length byte strings sort and search by memcmp; that NumPy strips their trailing NULs
    # changes no comparison between strings of one length.
    return np.ascontiguousarray(cell_hash).view("S32")[:, 0]
