"""How two finished stores differ: settings, coordinates, and numbers of the models in both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import store
from phasesim.errors import UsageError
from phasesim.stored import settings_in


@dataclass(frozen=True)
class Place:
    """The model in which an array differs most.

    Attributes:
        cell: dotted path of each axis -> value.
        seed: index of the seed.
        values: the number in the first and in the second store.
    """

    cell: dict[str, Any]
    seed: int
    values: tuple[float, float]


@dataclass(frozen=True)
class Difference:
    """One stored array that is not the same.

    Attributes:
        name: of the array.
        models: models with a number that differs.
        largest: largest |difference| of two numbers; NaN where one of them is none.
        place: where that is; None where shape or type differ and no numbers were compared.
        shapes: dtype and own dimensions in both stores.
    """

    name: str
    models: int = 0
    largest: float = 0.0
    place: Place | None = None
    shapes: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Comparison:
    """What `compare` found.

    Attributes:
        config: dotted path -> its two values, None where it is not set; axes apart.
        axes: dotted path -> sizes of the axis in both stores and in common.
        seeds: numbers of seeds in both.
        only: arrays of one store: (in the first, in the second).
        arrays: arrays that differ in the models of both stores.
        same: arrays that do not.
        models: models that both stores have.
        versions: package -> its versions, where they differ; no difference by itself.
    """

    config: dict[str, tuple[Any, Any]]
    axes: dict[str, tuple[int, int, int]]
    seeds: tuple[int, int]
    only: tuple[tuple[str, ...], tuple[str, ...]]
    arrays: tuple[Difference, ...]
    same: tuple[str, ...]
    models: int
    versions: dict[str, tuple[Any, Any]]

    def __bool__(self) -> bool:
        """Whether the stores are the same."""
        grids = all(a == b == both for a, b, both in self.axes.values())
        alike = grids and self.seeds[0] == self.seeds[1]
        return alike and not (self.config or any(self.only) or self.arrays)


def compare(
    first: str | Path, second: str | Path, *, rtol: float = 0.0, atol: float = 0.0
) -> Comparison:
    """Compare two finished stores.

    Models are matched by their axis values and seed, so that a store and its extension can be
    compared. Two numbers a, b are the same if they have the same bits, or |a - b| <= atol +
    rtol |b|, or both are NaN.

    Args:
        first: NAME.h5.
        second: another.
        rtol: relative tolerance.
        atol: absolute tolerance.

    Returns:
        The `Comparison`, which is true if nothing differs.

    Raises:
        UsageError: a path is not a finished store, or a tolerance is negative.
        StoreDamaged: the bytes of one are not what was written.
    """
    for name, value in (("rtol", rtol), ("atol", atol)):
        if not value >= 0:
            raise UsageError(f"{name}: found {value}, expected a number >= 0")
    with _opened(first) as a, _opened(second) as b:
        config = _differing(_settings(a), _settings(b))
        versions = _differing(*({k.removeprefix("version_"): v for k, v in file.attrs.items()
                                 if k.startswith("version_")} for file in (a, b)))  # fmt: skip
        places = _common(a, b)
        left, right, both = _axes(a), _axes(b), places or {}
        axes = {
            path: (len(left.get(path, ())), len(right.get(path, ())), len(both.get(path, ())))
            for path in {**left, **right}
        }
        names = [n for n in a.names() if n in b.names()]
        found = [_difference(a, b, n, places, rtol, atol) for n in names] if places else []
        n_models = int(np.prod([len(p) for p in places.values()])) if places else 0
        return Comparison(
            config=config,
            axes=axes,
            seeds=(a.n_seeds, b.n_seeds),
            only=(_lacking(a, b), _lacking(b, a)),
            arrays=tuple(d for d in found if d is not None),
            same=tuple(n for n, d in zip(names, found, strict=False) if d is None),
            models=n_models,
            versions=versions,
        )


def _lacking(file: store.FinalFile, other: store.FinalFile) -> tuple[str, ...]:
    """Arrays of a store that the other does not have."""
    return tuple(n for n in file.names() if n not in other.names())


def _opened(path: str | Path) -> store.FinalFile:
    if not Path(path).is_file():
        raise UsageError(f"{path}: no such file, expected a finished store NAME.h5")
    return store.open_final(Path(path))


def _settings(file: store.FinalFile) -> dict[str, Any]:
    """The configuration by dotted path, without what is on the axes."""
    config = settings_in(file)
    for key in ("axes", "n_seeds"):
        config.get("sweep", {}).pop(key, None)
    return dict(_flat(config, ""))


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key)
    else:
        yield path, value


def _differing(a: dict[str, Any], b: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {k: (a.get(k), b.get(k)) for k in {**a, **b} if a.get(k) != b.get(k)}


def _axes(file: store.FinalFile) -> dict[str, np.ndarray]:
    return {axis.path: axis.values for axis in file.axes}


def _common(a: store.FinalFile, b: store.FinalFile) -> dict[str, np.ndarray] | None:
    """Of each axis, and of the seed (""), the indices (common, 2) of what both stores have.

    None where the axes are not the same ones in the same order.
    """
    left, right = _axes(a), _axes(b)
    if list(left) != list(right):
        return None
    found = {}
    for path, values in left.items():
        if values.dtype.kind != right[path].dtype.kind:
            return None
        _, i, j = np.intersect1d(values, right[path], assume_unique=True, return_indices=True)
        order = np.argsort(i)
        found[path] = np.stack([i[order], j[order]], axis=1)
    found[""] = np.repeat(np.arange(min(a.n_seeds, b.n_seeds))[:, None], 2, axis=1)
    return found if all(map(len, found.values())) else None


def _difference(
    a: store.FinalFile,
    b: store.FinalFile,
    name: str,
    places: dict[str, np.ndarray],
    rtol: float,
    atol: float,
) -> Difference | None:
    """How an array differs, or None; one value of the first axis at a time."""
    shapes = _shape(a, name, len(places)), _shape(b, name, len(places))
    if shapes[0] != shapes[1]:
        return Difference(name, shapes=shapes)
    (_, outer), *inner = places.items()
    models, largest, where = 0, -1.0, None
    for row, (i, j) in enumerate(outer):
        x, y = (_read(file, name, index, side, inner)
                for file, index, side in ((a, i, 0), (b, j, 1)))  # fmt: skip
        wrong = _unequal(x, y, rtol, atol)
        if not wrong.any():
            continue
        models += int(wrong.reshape(*x.shape[: len(inner)], -1).any(axis=-1).sum())
        with np.errstate(invalid="ignore", over="ignore"):
            size = np.where(wrong, np.abs(x.astype(float) - y.astype(float)), -1.0)
        size = np.where(np.isnan(size), np.inf, size)
        at = np.unravel_index(int(size.argmax()), size.shape)
        if size[at] > largest:
            largest, where = float(size[at]), (row, at, (x[at].item(), y[at].item()))
    if where is None:
        return None
    row, at, values = where
    index = (row, *at[: len(inner)])
    seed = int(places[""][index[-1], 0])
    cell = {
        path: _axes(a)[path][pairs[k, 0]].item()
        for (path, pairs), k in zip(places.items(), index, strict=True)
        if path
    }
    return Difference(name, models, largest, Place(cell, seed, values), shapes)


def _shape(file: store.FinalFile, name: str, lead: int) -> str:
    one = file.read(name, (0,) * lead)
    return f"{one.dtype} {one.shape}"


def _read(
    file: store.FinalFile, name: str, index: int, side: int, inner: list[tuple[str, np.ndarray]]
) -> np.ndarray:
    block = file.read(name, (int(index),))
    return block[np.ix_(*(pairs[:, side] for _, pairs in inner))] if inner else np.atleast_1d(block)


def _unequal(x: np.ndarray, y: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """Which numbers differ: in any bit, unless a tolerance lets them pass."""
    bits = f"u{x.dtype.itemsize}"
    same = np.ascontiguousarray(x).view(bits) == np.ascontiguousarray(y).view(bits)
    if rtol or atol:
        same |= np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=True)
    return ~same
