"""A chunk of trained models as the bytes of an HDF5 file that is built wholly in memory.

libhdf5 never touches the disk: a full disk then is a plain `OSError` of our own write loop,
where libhdf5 would crash at exit. The bytes are a pure function of the content, so their
SHA-256 can name the chunk.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping

import numpy as np

from phasesim.store import contents
from phasesim.store.attributes import read_attributes, write_attributes
from phasesim.store.guard import check_content, check_signature, damage, is_plain_name

LIBVER = ("v110", "v110")
_CHUNK_BYTES = 1 << 20


def encode_chunk(arrays: Mapping[str, np.ndarray], attrs: Mapping[str, object]) -> bytes:
    """Build the HDF5 image of a chunk.

    Args:
        arrays: Numbers only, all with the same leading length (rows, at least one); always
            ``cell_hash`` uint8 (rows, 32) and ``seed`` uint32 (rows,).
        attrs: Text and numbers describing the chunk. They are part of its identity, so nothing
            that differs between two honest computations of the same chunk belongs here.

    Returns:
        The bytes; equal input gives equal bytes in any process.

    Raises:
        ValueError: The arrays do not form a chunk.
        TypeError: A dtype or attribute that cannot be stored.
    """
    import h5py

    _check(arrays)
    buffer = io.BytesIO()
    with h5py.File(buffer, mode="x", libver=LIBVER, track_times=False) as file:
        for name in sorted(arrays):
            array = np.ascontiguousarray(arrays[name])
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
            # An array of no elements (no loss curve asked for) has nothing to cut or check.
            options = {"chunks": _chunk_shape(array), "fletcher32": True} if array.size else {}
            file.create_dataset(name, data=array, track_times=False, **options)
        write_attributes(file, attrs)
    return buffer.getvalue()


def decode_chunk(
    data: bytes, *, names: Collection[str] | None = None, label: str = "chunk"
) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Read a chunk back from its image.

    Args:
        data: The bytes of `encode_chunk`.
        names: Only these arrays, where present; all unless given.
        label: What to call the chunk in an error.

    Returns:
        The arrays and the attributes.

    Raises:
        StoreDamaged: The bytes are not a chunk.
    """
    import h5py

    check_signature(data[:16], label)
    with damage(label), h5py.File(io.BytesIO(data), mode="r") as file:
        check_content(file, label)
        wanted = [name for name in contents.names(file) if names is None or name in names]
        return {name: contents.dataset(file, name)[()] for name in wanted}, read_attributes(file)


def check_storable(name: str, dtype: np.dtype) -> None:
    """Refuse a dataset name or dtype that common HDF5 readers cannot handle.

    Raises:
        ValueError: The name is not made of identifiers joined by dots.
        TypeError: The dtype is not a plain number (float16 crashes netCDF4).
    """
    if not is_plain_name(name):
        raise ValueError(f"dataset name {name!r} is not made of identifiers and dots")
    if dtype.kind not in "fiu" or dtype in (np.float16, np.longdouble):
        raise TypeError(f"{name}: cannot store dtype {dtype}")


def _check(arrays: Mapping[str, np.ndarray]) -> None:
    rows = len(arrays["seed"]) if "seed" in arrays else 0
    if rows == 0 or arrays["seed"].dtype != np.uint32 or arrays["seed"].ndim != 1:
        raise ValueError("a chunk needs 'seed' as uint32 (rows,) with at least one row")
    cells = arrays.get("cell_hash")
    if cells is None or cells.dtype != np.uint8 or cells.shape != (rows, 32):
        raise ValueError(f"a chunk needs 'cell_hash' as uint8 ({rows}, 32)")
    for name, array in arrays.items():
        check_storable(name, array.dtype)
        if array.ndim == 0 or len(array) != rows:
            raise ValueError(f"{name}: shape {array.shape}, expected {rows} rows")


def _chunk_shape(array: np.ndarray) -> tuple[int, ...]:
    row = max(1, array.nbytes // len(array))
    return (min(len(array), max(1, _CHUNK_BYTES // row)), *array.shape[1:])
