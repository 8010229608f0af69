"""Files that are either wholly there or not there, whatever kills the writer.

A file is written under a temporary name, brought to stable storage, and only then given its
name; a name is never opened for writing. After an error the temporary file is discarded and
nothing is retried on its handle: the kernel may have dropped the pages that failed to reach
the disk, so a second fsync could succeed with the data lost.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from phasesim.errors import StoreIOError
from phasesim.store import osfs

TEMPORARY_PREFIX = ".tmp-"
_READ_BLOCK = 1 << 20
# What file systems without hard links answer to link(2).
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}


@contextlib.contextmanager
def io_errors(path: Path, action: str) -> Iterator[None]:
    """Turn an `OSError` of the block into a `StoreIOError` naming the path and the cause."""
    try:
        yield
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "")
        cause = error.strerror or str(error) or type(error).__name__
        shown = f"{cause} [{code}]" if code else cause
        raise StoreIOError(f"{path}: cannot {action}: {shown}") from error


@contextlib.contextmanager
def temporary(path: Path, directory: Path | None = None) -> Iterator[Path]:
    """Yield an unused temporary name for `path`, gone when the block ends however it ends.

    Args:
        path: The name the file will finally have.
        directory: Where the temporary file lives; beside `path` unless given.
    """
    token = f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    name = (directory or path.parent) / token
    try:
        yield name
    except BaseException:
        # The block's own error is the one to report, not a failing clean-up.
        with contextlib.suppress(OSError):
            osfs.unlink(name)
        raise
    with contextlib.suppress(FileNotFoundError):
        osfs.unlink(name)


def write_all(fd: int, data: bytes | memoryview, offset: int | None = None) -> None:
    """Write every byte, going on after short and interrupted writes."""
    rest = memoryview(data).cast("B")
    while rest:
        try:
            done = osfs.write(fd, rest, offset)
        except InterruptedError:
            continue
        if done <= 0:
            raise OSError(errno.EIO, "the system wrote nothing")
        rest = rest[done:]
        offset = None if offset is None else offset + done


def write_new(path: Path, data: bytes | memoryview) -> bool:
    """Write a file that appears under its name complete and stored, or not at all.

    Returns:
        True if this call made the file, false if the name already existed (left untouched).

    Raises:
        StoreIOError: The system refused a step; no temporary file is left.
    """
    with io_errors(path, "write"):
        with temporary(path) as name:
            _store(name, data)
            created = publish_new(name, path)
        # Also when another writer came first: it may not have got as far as this.
        osfs.fsync_directory(path.parent)
    return created


def replace_file(path: Path, data: bytes | memoryview, *, directory: Path | None = None) -> None:
    """Replace a file in one step: a reader sees the old bytes or the new ones, never a mixture.

    Raises:
        StoreIOError: The system refused a step; the old file, if any, is unharmed.
    """
    with io_errors(path, "write"):
        with temporary(path, directory) as name:
            _store(name, data)
            osfs.rename(name, path)
        osfs.fsync_directory(path.parent)


def publish_new(source: Path, target: Path) -> bool:
    """Give a finished file its name unless that name exists; true if it was given."""
    try:
        osfs.link(source, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        # Without hard links a rename is the next best: atomic, though not first-wins.
        if target.exists():
            return False
        osfs.rename(source, target)
    return True


def read_file(path: Path) -> bytes:
    """Read a regular file whole; anything else (FIFO, device, directory) is refused unread."""
    with io_errors(path, "read"):
        return b"".join(_blocks(path))


def read_start(path: Path) -> bytes:
    """The first bytes of a regular file, enough to know its kind."""
    with io_errors(path, "read"):
        return next(_blocks(path), b"")[:16]


def sha256_file(path: Path) -> str:
    """The SHA-256 of a regular file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with io_errors(path, "read"):
        for block in _blocks(path):
            digest.update(block)
    return digest.hexdigest()


def _store(path: Path, data: bytes | memoryview) -> None:
    fd = osfs.open_new(path)
    try:
        write_all(fd, data)
        osfs.fsync(fd)
    except BaseException:
        with contextlib.suppress(OSError):
            osfs.close(fd)
        raise
    osfs.close(fd)


def _blocks(path: Path) -> Iterator[bytes]:
    # O_NONBLOCK: opening a FIFO for reading would otherwise wait for a writer for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    fd = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        while block := os.read(fd, _READ_BLOCK):
            yield block
    finally:
        os.close(fd)
