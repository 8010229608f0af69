"""The log of a running directory: one JSON object a line, appended, never part of any hash."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from phasesim.store import osfs
from phasesim.store.durable import io_errors, read_file, write_all


def append(path: Path, event: str, fields: Mapping[str, object]) -> None:
    """Add a line holding the time (UTC), the event and its fields.

    Raises:
        StoreIOError: The system refused; at worst half a line is left, which reading skips.
    """
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": time, "event": event, **fields}, default=str) + "\n"
    with io_errors(path, "write"):
        fd = osfs.open_append(path)
        try:
            # A kill may have left half a line: this one must not be glued to it.
            end = os.lseek(fd, 0, os.SEEK_END)
            torn = False
            if end:
                os.lseek(fd, end - 1, os.SEEK_SET)
                torn = os.read(fd, 1) != b"\n"
            write_all(fd, (b"\n" if torn else b"") + line.encode())
        finally:
            osfs.close(fd)


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a log, without any that a kill tore; empty if there is no log."""
    if not path.exists():
        return []
    lines = []
    for text in read_file(path).splitlines():
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict):
            lines.append(line)
    return lines
