"""Moving whole sweeps: taking a finished file in, putting a finished directory away, --fresh."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from phasesim.errors import StoreDamaged, UsageError
from phasesim.store import locks, osfs
from phasesim.store.durable import (
    io_errors,
    publish_new,
    read_file,
    replace_file,
    sha256_file,
    write_new,
)
from phasesim.store.known import note_known
from phasesim.store.names import log_path, retired_path, run_path, sidecar_path
from phasesim.store.reader import open_final
from phasesim.store.rows import HASH_DIGITS, content_hash

if TYPE_CHECKING:
    from phasesim.store.rundir import RunDirectory


def adopt_final(run: Path, final: Path) -> str:
    """Make a finished file part of a running directory, so that its rows can be carried over.

    Args:
        run: NAME.run, existing.
        final: NAME.h5; it stays, and replacing it later does not touch the adopted name.

    Returns:
        The name ``base-<hash>.h5`` to list under ``carried``.

    Raises:
        StoreDamaged: The file is not intact.
        StoreIOError: The system refused; the directory is as before.
    """
    open_final(final).close()
    name = f"base-{sha256_file(final)[:HASH_DIGITS]}.h5"
    target = run / "chunks" / name
    with io_errors(target, "link"):
        try:
            osfs.link(final, target)
        except FileExistsError:
            return name
        except OSError:
            # Another file system, or one without hard links.
            data = read_file(final)
            if name != f"base-{content_hash(data)}.h5":
                raise StoreDamaged(f"{final}: changed while it was read") from None
            write_new(target, data)
        osfs.fsync_directory(target.parent)
    # one name more is a change of the file, which was looked through above
    note_known(target)
    return name


def retire(run: RunDirectory, final: Path) -> None:
    """Delete a running directory whose rows are all in a verified final file; keep its log.

    The directory vanishes in one rename, so a kill leaves either all of it or nothing that
    looks like a running sweep.

    Args:
        run: Locked exclusively; the lock stays with the caller to release.
        final: NAME.h5.

    Raises:
        StoreDamaged: The final file is not intact; the directory stays.
        UsageError: The exclusive lock is not held.
    """
    run.need_alone("retire it")
    open_final(final).close()
    log = log_path(final)
    lines = read_file(run.log_file) if run.log_file.exists() else b""
    before = read_file(log) if log.exists() else b""
    # After a kill between this and the rename the lines are there already.
    if lines and not before.endswith(lines):
        replace_file(log, before + lines, directory=run.path)
    remove_retired(run.path)
    with io_errors(run.path, "delete"):
        osfs.rename(run.path, retired_path(run.path))
        osfs.fsync_directory(run.path.parent)
    remove_retired(run.path)


def remove_retired(run: Path) -> None:
    """Delete what a kill left of a retired directory; it holds nothing the final file lacks."""
    top = retired_path(run)
    with io_errors(top, "delete"):
        if not top.is_dir() or top.is_symlink():
            return
        for directory, folders, files in os.walk(top, topdown=False):
            for name in files:
                _remove(osfs.unlink, Path(directory, name))
            for name in folders:
                _remove(osfs.rmdir, Path(directory, name))
        _remove(osfs.rmdir, top)


def set_aside(final: Path) -> list[Path]:
    """Move everything of a sweep out of the way; nothing is deleted or overwritten.

    NAME.h5 becomes NAME.h5.<n>.old, NAME.run becomes NAME.run.<n>.old, likewise the sidecar and
    the log, with the smallest n that is free for all.

    Returns:
        The new names.

    Raises:
        StoreLocked: The sweep is being computed.
        StoreIOError: The system refused; what was moved so far stays moved.
    """
    run = run_path(final)
    held = locks.acquire(run) if run.is_dir() else None
    try:
        present = [p for p in (run, final, sidecar_path(final), log_path(final)) if p.exists()]
        n = 1
        while any(_old_name(path, final, n).exists() for path in present):
            n += 1
        moved = []
        for path in present:
            target = _old_name(path, final, n)
            with io_errors(path, "move"):
                if path.is_dir():
                    osfs.rename(path, target)
                elif publish_new(path, target):
                    _remove(osfs.unlink, path)
                else:
                    raise UsageError(f"{target}: was made by another process; run again")
            moved.append(target)
        with io_errors(final.parent, "write"):
            osfs.fsync_directory(final.parent)
        return moved
    finally:
        if held is not None:
            held.release()


def _old_name(path: Path, final: Path, n: int) -> Path:
    if path == sidecar_path(final):
        return sidecar_path(_old_name(final, final, n))
    return path.with_name(f"{path.name}.{n}.old")


def _remove(call: Callable[[Path], None], path: Path) -> None:
    # Gone already if another process clears the same leftovers, or if publishing was a rename
    # (file systems without hard links).
    with contextlib.suppress(FileNotFoundError):
        call(path)
