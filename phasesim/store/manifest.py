"""The manifest of a running directory: what is being computed, and which rows it starts with."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phasesim.errors import StoreDamaged, UsageError
from phasesim.store.durable import read_file
from phasesim.store.schema import SCHEMA, upgraded

CHUNK_NAME = re.compile(r"c(\d{6,})-[0-9a-f]{16}\.h5")
BASE_NAME = re.compile(r"base-[0-9a-f]{16}\.h5")


def package_version() -> str:
    """The installed version of phasesim, or 'unknown' in a bare checkout."""
    try:
        return importlib.metadata.version("phasesim")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def complete(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest with the store's own keys: schema, phasesim, first_chunk, carried."""
    defaults = {"schema": SCHEMA, "phasesim": package_version(), "first_chunk": 0, "carried": []}
    return {**defaults, **manifest}


def encode(manifest: Mapping[str, Any]) -> bytes:
    """JSON of a manifest with a checksum of its own content.

    Raises:
        TypeError, ValueError: It holds something JSON cannot (NaN included).
    """
    content = {key: value for key, value in manifest.items() if key != "sha256"}
    full = {**content, "sha256": _checksum(content)}
    return (json.dumps(full, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def load(path: Path) -> dict[str, Any]:
    """Read a manifest and check it.

    Raises:
        UsageError: There is none.
        StoreNewer: A later phasesim wrote it.
        StoreDamaged: It is not what was written.
    """
    if not path.exists():
        raise UsageError(f"{path.parent}: not a running directory (no {path.name})")
    try:
        stored = json.loads(read_file(path))
        content = {key: value for key, value in stored.items() if key != "sha256"}
        # before the checksum: a newer manifest may be summed in another way
        manifest = upgraded(content, path, package_version())
        intact = stored["sha256"] == _checksum(content)
        names = list(manifest["carried"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreDamaged(f"{path}: not a manifest: {error!r}") from error
    if not intact or not all(is_row_file(name) for name in names):
        raise StoreDamaged(f"{path}: the content is not what was written")
    return manifest


def is_row_file(name: object) -> bool:
    """Whether a name is one the store gives to files of rows (and so holds no path)."""
    return isinstance(name, str) and bool(CHUNK_NAME.fullmatch(name) or BASE_NAME.fullmatch(name))


def _checksum(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
