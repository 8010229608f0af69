"""Attributes of HDF5 objects, in the fixed-length forms whose damage HDF5 itself detects.

Variable-length strings live in a heap without checksums, and make some readers hang on damaged
files; therefore text is stored as UTF-8 of its own length and nothing else is accepted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import h5py

_NUMBERS = (int, float, np.integer, np.floating)
# HDF5 keeps an object's attributes in its header, which holds 64 kB.
_LIMIT = 60_000


def text_value(text: str) -> np.ndarray:
    """A scalar array holding `text` as fixed-length UTF-8.

    Raises:
        ValueError: The text holds NUL, which fixed-length strings cannot end with.
    """
    import h5py

    data = text.encode()
    if b"\0" in data:
        raise ValueError("stored text must not hold NUL characters")
    return np.array(data, dtype=h5py.string_dtype("utf-8", max(1, len(data))))


def texts_hash(texts: Mapping[str, str]) -> str:
    """SHA-256 of long texts: HDF5 itself sums attributes, but not datasets of one value."""
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()


def write_attributes(target: h5py.HLObject, values: Mapping[str, object]) -> None:
    """Store attributes in alphabetical order, so that equal mappings give equal bytes.

    Args:
        target: The dataset or file to describe.
        values: Text, integers, floats, or arrays of integers or floats.

    Raises:
        TypeError, ValueError: A value of another type, or larger than HDF5 attributes may be.
    """
    for name in sorted(values):
        value = values[name]
        if isinstance(value, str):
            array = text_value(value)
        elif isinstance(value, _NUMBERS) and not isinstance(value, bool):
            array = np.asarray(value)
        elif isinstance(value, np.ndarray):
            array = value
        else:
            raise TypeError(f"attribute {name}: cannot store a {type(value).__name__}")
        if array.dtype.kind not in "fiuS":
            raise TypeError(f"attribute {name}: cannot store dtype {array.dtype}")
        if array.nbytes > _LIMIT:
            raise ValueError(f"attribute {name}: {array.nbytes} bytes, at most {_LIMIT}")
        target.attrs.create(name, array, dtype=array.dtype)


def read_attributes(source: h5py.HLObject) -> dict[str, object]:
    """Attributes as text, Python numbers and arrays; the links to dimension scales are left out."""
    skipped = {"DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"}
    return {name: plain(source.attrs[name]) for name in sorted(source.attrs) if name not in skipped}


def plain(value: object) -> object:
    """An HDF5 scalar as the Python value it was stored from; arrays pass through."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        item = value.item()
        return item.decode() if isinstance(item, bytes) else item
    return value
