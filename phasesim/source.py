"""Where the arrays of a result come from: memory, or a file that is read when asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np


class Source(Protocol):
    """Arrays by name; `store.FinalFile` is one."""

    def names(self) -> list[str]: ...
    def dims(self, name: str) -> tuple[str, ...]: ...
    def read(self, name: str) -> np.ndarray: ...


class Arrays:
    """A `Source` in memory.

    Args:
        arrays: what is stored of every model.
        dims: dimension names of each.
        coords: values along the dimensions behind axes and seed.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        dims: Mapping[str, tuple],
        coords: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self._arrays, self._dims, self._coords = arrays, dims, coords or {}

    def names(self) -> list[str]:
        return list(self._arrays)

    def dims(self, name: str) -> tuple[str, ...]:
        return self._dims[name]

    def read(self, name: str) -> np.ndarray:
        return self._arrays[name] if name in self._arrays else self._coords[name]
