"""Writing NAME.h5, the finished sweep, with bounded memory and bytes that depend on rows only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from phasesim.errors import StoreIOError
from phasesim.store import osfs, tiling
from phasesim.store.attributes import text_value, texts_hash, write_attributes
from phasesim.store.contents import dataset
from phasesim.store.durable import io_errors, temporary
from phasesim.store.guard import damage
from phasesim.store.image import LIBVER
from phasesim.store.known import note_known
from phasesim.store.layout import STATUS_MEANINGS, Layout, RowIndex
from phasesim.store.manifest import package_version
from phasesim.store.publish import publish
from phasesim.store.rows import RowPart
from phasesim.store.scatter import Canvas, parts_of_bands
from phasesim.store.schema import SCHEMA
from phasesim.store.sink import Sink

if TYPE_CHECKING:
    import h5py


def write_final(
    path: Path,
    layout: Layout,
    parts: Sequence[RowPart],
    *,
    attrs: Mapping[str, object] | None = None,
    texts: Mapping[str, str] | None = None,
    workdir: Path | None = None,
    replace: bool = False,
) -> str:
    """Merge rows into one final file, verify it, and publish it with its sidecar.

    Rows come in any order; a band of the grid that fits in memory is gathered from the parts
    that touch it, written, and read back before the file gets its name.

    Args:
        path: NAME.h5.
        layout: Shape of the file.
        parts: Where the rows are; each is read once or, for results above `tiling.BAND_BYTES`,
            once for each band it touches. Rows found nowhere keep the fill value.
        attrs: Text and numbers for the root; no clock, user, host, path or count of anything
            that differs between two ways of computing the same sweep.
        texts: Longer texts stored as scalar datasets, such as ``config_toml``.
        workdir: Where the file is built; the running directory, so that nothing stays behind
            after a kill. Beside `path` unless given. Must be on the same file system.
        replace: Allow replacing a file of other content (an extended sweep).

    Returns:
        The SHA-256 of the file.

    Raises:
        StoreDamaged: A part is damaged, or the same model has two different results.
        StoreIOError: The system refused a step; nothing is left behind.
        UsageError: `path` holds something else and `replace` is false.
    """
    with io_errors(path, "write"), temporary(path, workdir) as name:
        fd = osfs.open_new(name)
        try:
            _build(fd, path, layout, parts, dict(attrs or {}), dict(texts or {}))
            osfs.fsync(fd)
        finally:
            osfs.close(fd)
        digest = publish(name, path, replace=replace)
    # last, since a name less is a change of the file too
    note_known(path)
    return digest


def _build(
    fd: int,
    path: Path,
    layout: Layout,
    parts: Sequence[RowPart],
    attrs: dict[str, object],
    texts: dict[str, str],
) -> None:
    import h5py

    cut = tiling.tile(layout.grid, layout.row_bytes, tiling.BAND_BYTES)
    sink = Sink(fd)
    try:
        with h5py.File(sink, mode="x", libver=LIBVER, track_times=False) as file:
            _describe(file, layout, cut, attrs, texts)
            digests = _write_bands(file, layout, cut, parts, sink)
        sink.check()
        with damage(path), h5py.File(sink, mode="r") as file:
            _verify(file, layout, cut, digests, path)
        sink.check()
    except OSError as error:
        # What libhdf5 makes of a sink that failed matters less than why it failed.
        raise sink.error or error from None
    except RuntimeError as error:
        sink.check()
        raise StoreIOError(f"{path}: cannot write: {error}") from error


def _describe(
    file: h5py.File,
    layout: Layout,
    cut: tiling.Tiling,
    attrs: dict[str, object],
    texts: dict[str, str],
) -> None:
    """Create all datasets, scales first, so that xarray sees named dimensions."""
    axes = [axis.name for axis in layout.axes]
    dims = " ".join(axes)
    own = {
        "schema": SCHEMA,
        "axes": dims,
        "texts": " ".join(sorted(texts)),
        "texts_sha256": texts_hash(texts),
    }
    write_attributes(file, {"phasesim": package_version(), **attrs, **own})
    for name in sorted(texts):
        file.create_dataset(name, data=text_value(texts[name]), track_times=False)
    for axis in layout.axes:
        _scale(file, axis.name, _axis_values(axis.values), {"path": axis.path})
    _scale(file, "seed", np.arange(layout.n_seeds, dtype=np.uint32), {})
    _scale(file, "hash_byte", np.arange(32, dtype=np.uint8), {})
    for name, values in layout.coords.items():
        _scale(file, name, np.asarray(values), {})
    hashes = layout.cell_hash.reshape(*layout.grid[:-1], 32)
    # The seed dimension, cut as one, stands for the 32 bytes of a hash.
    hash_cut = tiling.tile((*hashes.shape[:-1], 1), 32, tiling.BAND_BYTES)
    shape = (*hash_cut.chunk_shape((32,), 1)[:-2], 32)
    data = _create(file, "cell_hash", hashes.shape, np.dtype(np.uint8), shape, 0)
    data[...] = hashes
    _attach(data, [*axes, "hash_byte"])
    for name, field in layout.fields.items():
        dtype = np.dtype(field.dtype)
        shape = (*layout.grid, *layout.shape(name))
        chunks = cut.chunk_shape(layout.shape(name), dtype.itemsize)
        data = _create(file, name, shape, dtype, chunks, field.fill)
        _attach(data, [*axes, "seed", *field.dims])
        extra = {}
        if name == "status":
            values = np.arange(len(STATUS_MEANINGS), dtype=dtype)
            extra = {"flag_values": values, "flag_meanings": " ".join(STATUS_MEANINGS)}
        row_dims = {"dims": " ".join([*axes, "seed", *field.dims])}
        write_attributes(data, {**field.attrs, **extra, **row_dims})


def _scale(file: h5py.File, name: str, values: np.ndarray, attrs: dict[str, object]) -> None:
    values = values.astype(values.dtype.newbyteorder("<"), copy=False)
    data = file.create_dataset(
        name, data=values, chunks=values.shape, fletcher32=True, track_times=False
    )
    data.make_scale(name)
    write_attributes(data, attrs)


def _create(
    file: h5py.File,
    name: str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    chunks: tuple[int, ...],
    fill: float,
) -> h5py.Dataset:
    return file.create_dataset(
        name,
        shape=shape,
        dtype=dtype.newbyteorder("<"),
        chunks=chunks,
        fillvalue=fill,
        compression="gzip",
        compression_opts=1,
        shuffle=True,
        fletcher32=True,
        track_times=False,
    )


def _attach(data: h5py.Dataset, dims: list[str]) -> None:
    for i, dim in enumerate(dims):
        data.dims[i].attach_scale(data.file[dim])


def _axis_values(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind not in "UOS":
        return values
    import h5py

    texts = [v if isinstance(v, bytes) else str(v).encode() for v in values.tolist()]
    return np.array(texts, dtype=h5py.string_dtype("utf-8", max(1, *map(len, texts))))


def _write_bands(
    file: h5py.File,
    layout: Layout,
    cut: tiling.Tiling,
    parts: Sequence[RowPart],
    sink: Sink,
) -> dict[str, str]:
    """Write every band once, in order; digests of what was written, by field."""
    index = RowIndex(layout)
    digests = {name: hashlib.sha256() for name in layout.fields}
    bands = list(cut.bands())
    for band, touching in zip(bands, parts_of_bands(bands, parts, index), strict=True):
        canvas = Canvas(layout, band)
        for part in touching:
            canvas.add(part, index)
        for name, values in canvas.arrays.items():
            digests[name].update(values.data)
            block = values.reshape(*band.shape, *values.shape[1:])
            dataset(file, name)[band.selection] = block
            sink.check()
    return {name: digest.hexdigest() for name, digest in digests.items()}


def _verify(
    file: h5py.File, layout: Layout, cut: tiling.Tiling, digests: dict[str, str], path: Path
) -> None:
    """Read everything back: what gets the final name is known to be readable and right."""
    for name in layout.fields:
        digest = hashlib.sha256()
        for band in cut.bands():
            digest.update(np.ascontiguousarray(dataset(file, name)[band.selection]).data)
        if digest.hexdigest() != digests[name]:
            raise StoreIOError(f"{path}: '{name}' reads back otherwise than it was written")
