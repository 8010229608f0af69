"""Who may write to a running directory: kernel locks, freed by the death of their holder.

A run or merge holds ``lock`` alone. Shards and workers share it, and each shard holds its own
``shard-i-of-N.lock`` alone. Locks guard against surprise; correctness never rests on them,
because a chunk's name is its content. A side file ``holder-*.json`` tells a refused process
whom to wait for; it is advice only and may be stale after a kill.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import socket
import time
import warnings
from pathlib import Path
from types import TracebackType

from phasesim.errors import StoreLocked
from phasesim.store import osfs
from phasesim.store.durable import io_errors, write_all

# What file systems without working locks answer; 524 is Linux's ENOTSUPP, unnamed in errno.
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, 524}


class Held:
    """The locks one process holds on a running directory; released on exit or `release()`.

    Attributes:
        directory: NAME.run.
        kind: run, worker, or shard-i-of-N.
        exclusive: Whether nobody else can be writing now.
    """

    def __init__(self, directory: Path, kind: str) -> None:
        self.directory, self.kind = directory, kind
        self.exclusive = kind == "run"
        self._descriptors: list[int] = []
        self._note: Path | None = None

    def release(self) -> None:
        """Give the locks back; safe to call twice."""
        if self._note is not None:
            with contextlib.suppress(OSError):
                osfs.unlink(self._note)
        self._note, self.exclusive = None, False
        while self._descriptors:
            os.close(self._descriptors.pop())

    def __enter__(self) -> Held:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _take(self, name: str, *, shared: bool, rivals: str) -> None:
        """Take one lock file, then drop the notes of rivals, who must all be dead."""
        self._descriptors.append(_locked(self.directory / name, shared=shared, rivals=rivals))
        for stale in self.directory.glob(rivals):
            with contextlib.suppress(OSError):
                osfs.unlink(stale)

    def _announce(self) -> None:
        note = self.directory / f"holder-{self.kind}-{os.getpid()}-{secrets.token_hex(3)}.json"
        text = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "kind": self.kind})
        fd = osfs.open_new(note)
        self._note = note
        try:
            write_all(fd, text.encode())
        finally:
            os.close(fd)


def acquire(directory: Path, *, shared: bool = False, shard: tuple[int, int] | None = None) -> Held:
    """Lock a running directory, or refuse at once; nothing waits and nothing is truncated.

    Args:
        directory: An existing running directory.
        shared: Let other workers in; a run, merge or fresh start is kept out.
        shard: ``(i, N)``: share the directory and hold shard i of N alone.

    Raises:
        StoreLocked: Another process holds it; the text names its host and process number.
    """
    kind = "run"
    if shard is not None:
        kind = f"shard-{shard[0]}-of-{shard[1]}"
    elif shared:
        kind = "worker"
    held = Held(directory, kind)
    try:
        with io_errors(directory, "lock"):
            alone = held.exclusive
            rivals = "holder-*.json" if alone else "holder-run-*.json"
            held._take("lock", shared=not alone, rivals=rivals)
            if shard is not None:
                held._take(f"{kind}.lock", shared=False, rivals=f"holder-{kind}-*.json")
            held._announce()
    except BaseException:
        held.release()
        raise
    return held


def _locked(path: Path, *, shared: bool, rivals: str) -> int:
    for _ in range(20):
        try:
            fd = osfs.open_lock(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreLocked(
                f"{path.parent}: finished or moved by another process; run again"
            ) from error
        try:
            free = osfs.lock(fd, shared=shared)
            # The directory may have been retired between open and lock: then this file is the
            # old one and guards nothing.
            if free and _is_still(fd, path):
                return fd
        except OSError as error:
            if error.errno in _NO_LOCKS:
                warnings.warn(
                    f"{path}: this file system cannot lock; do not start the same sweep twice",
                    stacklevel=5,
                )
                return fd
            os.close(fd)
            raise
        os.close(fd)
        if not free:
            raise StoreLocked(
                f"{path.parent}: {_holder(path.parent, rivals)} is writing to it; "
                "wait for it or choose another output"
            )
    raise StoreLocked(f"{path.parent}: keeps being moved by another process; run again")


def is_held(directory: Path) -> bool:
    """Whether somebody works in a running directory, for those who only read: nothing is written.

    Where the lock cannot be tried (no permission, a file system without locks), what the notes
    say of living processes is believed.
    """
    try:
        # O_NONBLOCK: opening a FIFO for reading would otherwise wait for a writer for ever
        fd = os.open(directory / "lock", os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return False  # nobody has ever begun
    except OSError:
        return _rival(directory, "holder-*.json") != ""
    try:
        if not osfs.lock(fd, shared=True):
            return True
        # shards and workers share the lock, and when killed leave a note: who begins in this
        # moment is refused, so that without a note nobody is kept out
        noted = any(directory.glob("holder-*.json"))
        return noted and not osfs.lock(fd, shared=False)
    except OSError:
        return _rival(directory, "holder-*.json") != ""
    finally:
        os.close(fd)


def _is_still(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except FileNotFoundError:
        return False


def _holder(directory: Path, rivals: str) -> str:
    """Host and process of a living rival; waits a moment for one that is just announcing itself."""
    for _ in range(10):
        if rival := _rival(directory, rivals):
            return rival
        time.sleep(0.02)
    return "another process"


def _rival(directory: Path, rivals: str) -> str:
    """Host and process of a living rival that has a note, or nothing."""
    for note in sorted(directory.glob(rivals)):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            facts = json.loads(note.read_bytes())
            host, pid = str(facts["host"]), int(facts["pid"])
            if host != socket.gethostname() or _alive(pid):
                return f"process {pid} on host {host}"
    return ""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
