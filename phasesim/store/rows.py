"""Rows of trained models, wherever they lie: in memory, in a chunk file, in a final file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from phasesim.errors import StoreDamaged
from phasesim.store.durable import read_file
from phasesim.store.image import decode_chunk

HASH_DIGITS = 16
KEYS = ("cell_hash", "seed")


class RowPart(Protocol):
    """Some rows that are read together.

    Attributes:
        name: What to call the part in messages.
    """

    name: str

    def read(self, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
        """The named arrays that the part has (all unless given), each (rows, …)."""
        ...


class ArrayPart:
    """Rows that are already in memory."""

    def __init__(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        self.name = name
        self._arrays = arrays

    def read(self, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
        """The named arrays; see `RowPart`."""
        return {k: v for k, v in self._arrays.items() if names is None or k in names}


class ChunkPart:
    """Rows of one chunk file, checked against its name at every reading."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.path = path

    def read(self, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
        """The named arrays; see `RowPart`."""
        return decode_chunk(read_named(self.path), names=names, label=self.name)[0]


def read_named(path: Path) -> bytes:
    """Bytes of a file whose name ends in ``-<hash>.h5``, checked against that hash.

    Raises:
        StoreDamaged: The bytes are not the ones that were written.
    """
    data = read_file(path)
    if not path.stem.endswith(f"-{content_hash(data)}"):
        raise StoreDamaged(f"{path}: the content does not have the hash in its name")
    return data


def content_hash(data: bytes) -> str:
    """The part of the SHA-256 that names a file."""
    return hashlib.sha256(data).hexdigest()[:HASH_DIGITS]


def iter_rows(
    parts: Iterable[RowPart], names: Collection[str] | None = None
) -> Iterator[dict[str, np.ndarray]]:
    """Read parts one after the other; ``cell_hash`` and ``seed`` always come along.

    Args:
        parts: For example `RunDirectory.parts()` or `FinalFile.parts()`.
        names: The arrays wanted; all unless given.
    """
    wanted = None if names is None else {*names, *KEYS}
    for part in parts:
        yield part.read(wanted)
