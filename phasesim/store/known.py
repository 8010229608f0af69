"""Which files this user's processes wrote, or have had looked through, so that it is done once.

A checksum beside a file says that it came over whole, not who made it. What says that a file may
be opened here is a note in the user's own cache folder, of the file and not of its name: device,
inode, size, and times at which its content and what is known of it changed, the last of which no
program can set. A copy, or a file of somebody else, has none.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from phasesim.cache import private_folder

#: notes that are kept at least; a file whose note is gone is looked through again
KEPT = 2000


def is_known(path: Path) -> bool:
    """Whether there is a note of this file, as it is now."""
    with contextlib.suppress(OSError):
        notes = _notes()
        return notes is not None and _note(path) in notes.read_text().splitlines()
    return False


def note_known(path: Path) -> None:
    """Note that this user wrote the file or has had it looked through; never an error."""
    with contextlib.suppress(OSError):
        notes = _notes()
        if notes is None:
            return
        note = _note(path)
        lines = notes.read_text().splitlines() if notes.exists() else []
        if note in lines:
            return
        if len(lines) >= 2 * KEPT:
            notes.write_text("".join(f"{line}\n" for line in [*lines, note][-KEPT:]))
            return
        # one write each, so that processes do not mix theirs
        with notes.open("a") as file:
            file.write(f"{note}\n")


def _notes() -> Path | None:
    folder = private_folder("files")
    return None if folder is None else folder / "known.txt"


def _note(path: Path) -> str:
    found = path.stat()
    times = f"{found.st_mtime_ns} {found.st_ctime_ns}"
    return f"{found.st_dev} {found.st_ino} {found.st_size} {times}"
