"""The number that says how a store is laid out, and what older ones lack to be read as newer.

A store is never changed in place: an older one is read as if it were of this schema, and what
is written from it, an extended sweep for example, is a new file of this schema.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from phasesim.errors import StoreDamaged, StoreNewer

SCHEMA = 1
#: n -> turns the root attributes of a final file, or a manifest, of schema n into those of n + 1
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def upgraded(content: dict[str, Any], path: Path, own_version: str) -> dict[str, Any]:
    """Root attributes or a manifest as this schema has them.

    Args:
        content: as stored, with ``schema`` and ``phasesim``.
        path: where from.
        own_version: of this phasesim.

    Raises:
        StoreNewer: a later phasesim wrote it.
        StoreDamaged: it has no schema.
    """
    schema, writer = content.get("schema"), content.get("phasesim")
    if not isinstance(schema, int) or schema < 1:
        raise StoreDamaged(f"{path}: schema {schema!r}, expected a number from 1 to {SCHEMA}")
    if schema > SCHEMA:
        raise StoreNewer(
            f"{path}: made by phasesim {writer} (schema {schema}), "
            f"this is {own_version} (schema {SCHEMA}): update phasesim"
        )
    for number in range(schema, SCHEMA):
        content = {**UPGRADES[number](content), "schema": number + 1}
    return content
