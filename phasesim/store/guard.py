"""What an HDF5 file may contain before anything in it is read.

A file from elsewhere can make a reader disclose other files (external storage, external links,
virtual datasets), exhaust memory (terabytes declared in a kilobyte) or run a filter plug-in.
Our files need none of that: plain datasets under the root, numbers and fixed-length text.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from phasesim.errors import PhasesimError, StoreDamaged, StoreIOError, UsageError
from phasesim.store.contents import names

if TYPE_CHECKING:
    import h5py

MAX_OBJECTS = 10_000
MAX_ATTRIBUTES = 1_000
MAX_ATTRIBUTE_BYTES = 1 << 20
MAX_TOTAL_BYTES = 1 << 40
# Below this a wild compression ratio is harmless, and constant data reaches it honestly.
RATIO_FREE_BYTES = 256 << 20
MAX_RATIO = 1000
_LONGEST_NAME = 500
_SIGNATURE = b"\x89HDF\r\n\x1a\n\x03"
# deflate, shuffle, fletcher32: the ones built into every HDF5.
_FILTERS = {1, 2, 3}
_SCALE_LINKS = {"DIMENSION_LIST", "REFERENCE_LIST"}
# What h5py raises, besides OSError, for broken or unexpected content.
_LIBRARY_ERRORS = (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError)


@contextlib.contextmanager
def damage(path: Path | str) -> Iterator[None]:
    """Report whatever the HDF5 library makes of a broken file as one line of `StoreDamaged`."""
    try:
        yield
    except PhasesimError:
        raise
    except _LIBRARY_ERRORS as error:
        text = str(error) or type(error).__name__
        if "file locking flag" in text:
            raise StoreIOError(
                f"{path}: open in this process with locks, by h5py or xarray; close it there first"
            ) from error
        raise StoreDamaged(f"{path}: not readable as a phasesim file: {text}") from error


def check_signature(start: bytes, path: Path | str) -> None:
    """Refuse what is not an HDF5 file with checksummed metadata (superblock 3) from byte 0.

    Raises:
        UsageError: It is the configuration of a sweep.
        StoreDamaged: It is something else.
    """
    if not start.startswith(_SIGNATURE):
        if Path(path).suffix == ".toml":
            hint = f"make it with: phasesim run {path}"
            raise UsageError(f"{path}: found a configuration, expected a store, {hint}")
        raise StoreDamaged(f"{path}: not an HDF5 file written by phasesim")


def is_plain_name(name: str) -> bool:
    """Whether a name is made of identifiers and dots: harmless in pages, tables and shells.

    >>> is_plain_name("Dense_0.kernel"), is_plain_name("<b>"), is_plain_name("../W")
    (True, False, False)
    """
    first, *rest = name.split(".")
    words = [first, *(f"_{word}" for word in rest if word)]
    return all(map(str.isidentifier, words)) and all(rest) and len(name) <= _LONGEST_NAME


def check_content(file: h5py.File, path: Path | str) -> None:
    """Refuse a file that holds anything phasesim would not have written.

    Raises:
        StoreDamaged: Naming the object and what is wrong with it.
    """
    import h5py.h5l

    def refuse(name: str, why: str) -> NoReturn:
        raise StoreDamaged(f"{path}: refused: '{name}' {why}")

    if len(file) > MAX_OBJECTS:
        refuse("/", f"holds {len(file)} objects, at most {MAX_OBJECTS}")
    _check_attributes(file, "/", refuse)
    total = thin = 0
    for name in names(file):
        if not is_plain_name(name):
            refuse(name, "is not a name of identifiers and dots")
        if file.id.links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
            refuse(name, "is a link to elsewhere")
        item = file[name]
        if not isinstance(item, h5py.Dataset):
            refuse(name, "is not a dataset")
        plan = item.id.get_create_plist()
        if plan.get_layout() not in (h5py.h5d.COMPACT, h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED):
            refuse(name, "is a virtual dataset")
        if plan.get_external_count():
            refuse(name, "has its data in another file")
        if {plan.get_filter(i)[0] for i in range(plan.get_nfilters())} - _FILTERS:
            refuse(name, "uses a filter that is not built in")
        kind = item.id.get_type()
        if not _is_plain(kind):
            refuse(name, "is neither of numbers nor of fixed-length text")
        # Python integers: the product of hostile dimensions overflows fixed-width ones.
        declared = kind.get_size()
        for size in item.id.shape:
            declared *= int(size)
        total += declared
        if total > MAX_TOTAL_BYTES:
            refuse(name, f"brings the declared size to {total} bytes")
        stored = item.id.get_storage_size()
        if declared > MAX_RATIO * stored:
            # all of them together: many small bombs make a large one
            thin += declared
            if thin > RATIO_FREE_BYTES:
                refuse(name, f"declares {declared} bytes but stores {stored}, {thin} with others")
        _check_attributes(item, name, refuse)


def _check_attributes(
    item: h5py.HLObject, name: str, refuse: Callable[[str, str], NoReturn]
) -> None:
    if len(item.attrs) > MAX_ATTRIBUTES:
        refuse(name, "has too many attributes")
    for key in item.attrs:
        attribute = item.attrs.get_id(key)
        kind = attribute.get_type()
        if key not in _SCALE_LINKS and not _is_plain(kind):
            refuse(f"{name}@{key}", "is neither of numbers nor of fixed-length text")
        if kind.get_size() * attribute.get_space().get_simple_extent_npoints() > (
            MAX_ATTRIBUTE_BYTES
        ):
            refuse(f"{name}@{key}", "is too large")


def _is_plain(kind: h5py.h5t.TypeID) -> bool:
    from h5py import h5t

    if kind.get_class() == h5t.STRING:
        return not kind.is_variable_str()
    return kind.get_class() in (h5t.INTEGER, h5t.FLOAT)
