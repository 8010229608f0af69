"""Names of chunk files, and what to say when two of them disagree."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from phasesim.errors import StoreDamaged
from phasesim.store.durable import io_errors
from phasesim.store.image import decode_chunk
from phasesim.store.manifest import CHUNK_NAME
from phasesim.store.rows import content_hash, read_named


def file_name(number: int, data: bytes) -> str:
    """Name of a chunk file: its number and the hash of its content."""
    return f"c{number:06d}-{content_hash(data)}.h5"


def number_of(name: str) -> int:
    """The number in a chunk file's name."""
    return int(name[1:].partition("-")[0])


def by_number(directory: Path, first: int) -> defaultdict[int, list[str]]:
    """Names of the chunk files in a directory, by number, from number `first` on."""
    with io_errors(directory, "list"):
        names = sorted(os.listdir(directory))
    found: defaultdict[int, list[str]] = defaultdict(list)
    for name in names:
        if CHUNK_NAME.fullmatch(name) and number_of(name) >= first:
            found[number_of(name)].append(name)
    return found


def alarm(directory: Path, names: list[str]) -> str:
    """One line on chunks of one number with different contents: their names and who wrote them."""
    facts = []
    for name in names[:2]:
        try:
            facts.append(decode_chunk(read_named(directory / name), names=(), label=name)[1])
        except StoreDamaged:
            facts.append({"content": "damaged"})
    differing = [k for k in sorted({*facts[0], *facts[1]}) if facts[0].get(k) != facts[1].get(k)]
    told = "; ".join(f"{k}: {facts[0].get(k)} against {facts[1].get(k)}" for k in differing)
    return (
        f"{directory}: one chunk has two results, {' and '.join(names)} "
        f"({told or 'same provenance: the computation is not deterministic'}); "
        "both are kept, move one away to go on"
    )


def free_name(path: Path, suffix: str) -> Path:
    """The path with a suffix, numbered where that name is taken."""
    candidate, n = path.with_name(path.name + suffix), 0
    while candidate.exists():
        n += 1
        candidate = path.with_name(f"{path.name}.{n}{suffix}")
    return candidate
