"""What stands in an open HDF5 file: h5py itself does not say which of its objects a name means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import h5py


def names(file: h5py.File) -> Iterator[str]:
    """Names of all objects below the root."""
    return cast("Iterator[str]", iter(file))


def dataset(file: h5py.File, name: str) -> h5py.Dataset:
    """The dataset of a name, in a file that holds nothing else: `guard.check_content` sees to it.

    Raises:
        KeyError: There is none; `guard.damage` makes it `StoreDamaged`.
    """
    return cast("h5py.Dataset", file[name])
