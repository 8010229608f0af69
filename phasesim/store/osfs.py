"""Every call by which the store changes or locks the disk, so that tests can make any one fail.

Other modules call these as ``osfs.write(...)``, never through ``os``; replacing one attribute of
this module therefore reaches every use. The functions add no policy: `OSError` passes through.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def open_new(path: Path) -> int:
    """Create a file that must not exist and open it for reading and writing."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _CLOSE_ON_EXEC | _BINARY
    return os.open(path, flags, 0o666)


def open_append(path: Path) -> int:
    """Open a file so that each write lands at its end, creating it if absent."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _CLOSE_ON_EXEC | _BINARY, 0o666)


def open_lock(path: Path) -> int:
    """Open a lock file, creating it if absent and never truncating it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | _CLOSE_ON_EXEC, 0o666)


def write(fd: int, data: memoryview, offset: int | None = None) -> int:
    """Write some of `data`, at `offset` or at the current position; how much is returned."""
    if offset is not None:
        os.lseek(fd, offset, os.SEEK_SET)
    return os.write(fd, data)


def fsync(fd: int) -> None:
    """Bring a file's bytes to stable storage."""
    os.fsync(fd)


def close(fd: int) -> None:
    """Close a descriptor; network file systems may report a late write error here."""
    os.close(fd)


def link(source: Path, target: Path) -> None:
    """Give a file a second name, failing if that name exists."""
    os.link(source, target)


def rename(source: Path, target: Path) -> None:
    """Move a name, replacing a file of the target's name in one step."""
    os.replace(source, target)


def unlink(path: Path) -> None:
    """Remove a name."""
    os.unlink(path)


def mkdir(path: Path) -> None:
    """Create a directory that must not exist."""
    os.mkdir(path)


def rmdir(path: Path) -> None:
    """Remove an empty directory."""
    os.rmdir(path)


def fsync_directory(path: Path) -> None:
    """Bring a directory's names to stable storage (Windows has no such call and needs none)."""
    if sys.platform == "win32":
        return
    fd = os.open(path, os.O_RDONLY | _CLOSE_ON_EXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def lock(fd: int, *, shared: bool) -> bool:
    """Try once to take the kernel lock of an open file; false if another holder forbids it."""
    if not shared:
        from filelock import lock_descriptor

        return lock_descriptor(fd, blocking=False)
    # filelock's kernel locks are exclusive only, its shared ones live in SQLite files; both this
    # call and filelock's use flock(2), so they exclude each other.
    import fcntl

    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
