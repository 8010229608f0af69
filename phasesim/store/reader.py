"""Reading NAME.h5: checked against its sidecar and for hostile content before anything is used."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from phasesim.errors import StoreDamaged
from phasesim.store import contents
from phasesim.store.attributes import plain, read_attributes, texts_hash
from phasesim.store.durable import read_start, sha256_file
from phasesim.store.elsewhere import check_elsewhere, look_once
from phasesim.store.guard import check_content, check_signature, damage
from phasesim.store.layout import Axis, Field, Layout
from phasesim.store.manifest import package_version
from phasesim.store.publish import read_sidecar
from phasesim.store.rows import KEYS
from phasesim.store.schema import upgraded
from phasesim.store.tiling import Band, tile

if TYPE_CHECKING:
    import h5py

# How much of a final file is read at a time when it serves as a source of rows.
_PART_BYTES = 64 << 20
_NOT_ATTRS = {"axes", "texts", "texts_sha256"}


class FinalFile:
    """An open final file; use as a context manager or call `close()`.

    Attributes:
        path: Where it is.
        attrs: Root attributes: schema, and what the writer gave.
        texts: The long texts, such as ``config_toml``.
        axes: The swept fields, in dimension order.
        n_seeds: Size of the seed dimension.
    """

    def __init__(self, path: Path, file: h5py.File) -> None:
        self.path, self._file = path, file
        raw = upgraded(read_attributes(file), path, package_version())
        self.attrs = {name: value for name, value in raw.items() if name not in _NOT_ATTRS}
        texts = str(raw["texts"]).split()
        self.texts = {name: str(plain(contents.dataset(file, name)[()])) for name in texts}
        # of use where the hash of the whole file is not asked; the first stores do not have it
        summed = texts_hash(self.texts)
        if raw.get("texts_sha256", summed) != summed:
            raise StoreDamaged(f"{path}: its texts are not what was written")
        self.axes = tuple(self._axis(name) for name in str(raw["axes"]).split())
        self.n_seeds = len(contents.dataset(file, "seed"))
        self._dims = {
            name: tuple(str(plain(file[name].attrs["dims"])).split())
            for name in contents.names(file)
            if "dims" in file[name].attrs
        }
        for name, dims in self._dims.items():
            if contents.dataset(file, name).shape != tuple(
                len(contents.dataset(file, dim)) for dim in dims
            ):
                raise StoreDamaged(f"{path}: '{name}' does not have the shape of its dimensions")
        if contents.dataset(file, "cell_hash").shape != (*(len(a.values) for a in self.axes), 32):
            raise StoreDamaged(f"{path}: 'cell_hash' does not have the shape of the axes")

    def names(self) -> list[str]:
        """Names of the fields stored for every model."""
        return list(self._dims)

    def dims(self, name: str) -> tuple[str, ...]:
        """Dimension names of a field, ``(*axes, seed, …)``."""
        return self._dims[name]

    @property
    def config_toml(self) -> str:
        """The configuration as TOML; empty if the writer gave none."""
        return self.texts.get("config_toml", "")

    def read(self, name: str, index: Any = ()) -> np.ndarray:
        """Read a field, coordinate or ``cell_hash``, or the part of it that `index` selects.

        Raises:
            StoreDamaged: There is no such dataset, or HDF5 finds it damaged.
        """
        with damage(self.path):
            return np.asarray(contents.dataset(self._file, name)[index])

    @property
    def layout(self) -> Layout:
        """The layout that writing this file again would need."""
        with damage(self.path):
            lead = len(self.axes) + 1
            fields = {}
            for name, dims in self._dims.items():
                data = contents.dataset(self._file, name)
                own = {"dims", "flag_values", "flag_meanings"}
                attrs = {k: v for k, v in read_attributes(data).items() if k not in own}
                fields[name] = Field(
                    dims=dims[lead:],
                    dtype=data.dtype.name,
                    fill=cast(float, plain(data.fillvalue)),
                    attrs=attrs,
                )
            further = dict.fromkeys(dim for field in fields.values() for dim in field.dims)
            return Layout(
                axes=self.axes,
                n_seeds=self.n_seeds,
                fields=fields,
                coords={dim: self.read(dim) for dim in further},
                cell_hash=self.read("cell_hash").reshape(-1, 32),
            )

    def parts(self) -> list[FinalPart]:
        """The models of the file as parts to read rows from, each of bounded size."""
        grid = (*(len(a.values) for a in self.axes), self.n_seeds)
        fields = [contents.dataset(self._file, name) for name in self._dims]
        row_bytes = sum(data.dtype.itemsize * _row_size(data, grid) for data in fields)
        return [FinalPart(self.path, band) for band in tile(grid, row_bytes, _PART_BYTES).bands()]

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._file.close()

    def __enter__(self) -> FinalFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _axis(self, name: str) -> Axis:
        data = contents.dataset(self._file, name)
        values = data[()]
        if values.dtype.kind == "S":
            values = np.array([text.decode() for text in values.tolist()])
        return Axis(name=name, path=str(plain(data.attrs["path"])), values=values)


class FinalPart:
    """Rows of one band of a final file; models that were not run are left out."""

    def __init__(self, path: Path, band: Band) -> None:
        self.name = path.name
        self._path, self._band = path, band

    def read(self, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
        """The named arrays; see `rows.RowPart`."""
        with open_checked(self._path) as final:
            block = self._band.selection
            rows = self._band.stop - self._band.start
            cells = np.repeat(
                final.read("cell_hash", block[:-1]).reshape(-1, 32), self._band.shape[-1], axis=0
            )
            seeds = np.tile(final.read("seed", block[-1]), rows // self._band.shape[-1])
            arrays = {"cell_hash": cells, "seed": seeds}
            for name in final.names():
                if names is None or name in names:
                    values = final.read(name, block)
                    arrays[name] = values.reshape(rows, *values.shape[len(block) :])
            run = final.read("status", block).ravel() != 0 if "status" in final.names() else None
        wanted = [name for name in arrays if names is None or name in names or name in KEYS]
        return {name: arrays[name] if run is None else arrays[name][run] for name in wanted}


def open_final(path: Path, *, verify: bool = True, expected: str | None = None) -> FinalFile:
    """Open a final file for reading.

    A file that this user has not written is looked through by a child process first, once; where
    no hash is compared, each time.

    Args:
        path: NAME.h5.
        verify: Compare the SHA-256 with the sidecar first; a missing sidecar is one warning. The
            variable PHASESIM_NO_VERIFY turns this off.
        expected: Start of the SHA-256 the file must have, instead of the sidecar's.

    Raises:
        StoreDamaged: The bytes are not what was written, or not a file of phasesim.
        StoreNewer: A later phasesim wrote it.
        StoreIOError: It cannot be read, or is not a regular file.
    """
    check_signature(read_start(path), path)
    verify = verify and not os.environ.get("PHASESIM_NO_VERIFY")
    accepted = [expected] if expected is not None else read_sidecar(path) if verify else None
    if accepted is None:
        if verify:
            warnings.warn(f"{path}: no checksum file beside it, not verified", stacklevel=2)
        check_elsewhere(path)
    else:
        _check_hash(path, accepted)
        look_once(path)
    return open_checked(path)


def open_unhashed(path: Path) -> FinalFile:
    """Open a final file of which only a glance is wanted: its hash is not compared.

    Raises:
        StoreDamaged, StoreNewer, StoreIOError: As `open_final`.
    """
    check_signature(read_start(path), path)
    look_once(path)
    return open_checked(path)


def open_checked(path: Path) -> FinalFile:
    """Open a final file that was looked through already.

    Raises:
        StoreDamaged, StoreNewer, StoreIOError: As `open_final`, but a crafted file may do worse.
    """
    import h5py

    check_signature(read_start(path), path)
    with damage(path):
        # Final files never change, so a lock could only get in the way (some file systems have
        # none, some readers block others).
        file = h5py.File(path, mode="r", locking=False)
        try:
            check_content(file, path)
            return FinalFile(path, file)
        except BaseException:
            file.close()
            raise


def _check_hash(path: Path, accepted: list[str]) -> None:
    found = sha256_file(path)
    if not any(text and found.startswith(text) for text in accepted):
        raise StoreDamaged(
            f"{path}: the content does not have the recorded SHA-256; "
            "if its .run directory is still there, run again to rebuild it"
        )


def _row_size(data: h5py.Dataset, grid: tuple[int, ...]) -> int:
    return int(np.prod(data.shape[len(grid) :], dtype=np.int64))
