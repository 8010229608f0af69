"""Giving a finished file its name and checksum, so that a crash never leaves a valid file refused.

A name and a sidecar cannot change in one step. When a file is replaced, the sidecar therefore
lists both hashes while the swap happens; a reader accepts a file whose hash is any listed one.
"""

from __future__ import annotations

from pathlib import Path

from phasesim.errors import UsageError
from phasesim.store import osfs
from phasesim.store.durable import io_errors, publish_new, read_file, replace_file, sha256_file
from phasesim.store.names import sidecar_path


def read_sidecar(final: Path) -> list[str] | None:
    """Hashes a final file may have, or None if it has no sidecar."""
    path = sidecar_path(final)
    if not path.exists():
        return None
    lines = read_file(path).decode(errors="replace").splitlines()
    return [line.split()[0].lower() for line in lines if line.strip()]


def publish(source: Path, final: Path, *, replace: bool) -> str:
    """Give a finished, fsynced file its final name and sidecar.

    Args:
        source: A temporary file on the same file system; the caller removes what is left of it.
        final: The name to give.
        replace: Allow a file of other content under that name to be replaced, in one step.

    Returns:
        The SHA-256 of the file.

    Raises:
        UsageError: The name holds something else and `replace` is false.
        StoreIOError: The system refused a step; an old file is unharmed and still accepted.
    """
    new = sha256_file(source)
    listed = read_sidecar(final)
    old = sha256_file(final) if final.exists() else None
    if old == new:
        if listed != [new]:
            _write_sidecar(final, [new], source.parent)
        return new
    if old is not None and not replace:
        raise UsageError(f"{final}: exists with other content; use --fresh or another output")
    # A damaged old file must not become accepted by being listed.
    keep = [old] if old is not None and (listed is None or old in listed) else []
    _write_sidecar(final, [new, *keep], source.parent)
    with io_errors(final, "write"):
        if replace:
            osfs.rename(source, final)
        elif not publish_new(source, final):
            raise UsageError(f"{final}: was made by another process; run again")
        osfs.fsync_directory(final.parent)
    if keep:
        _write_sidecar(final, [new], source.parent)
    return new


def _write_sidecar(final: Path, hashes: list[str], directory: Path) -> None:
    text = "".join(f"{value}  {final.name}\n" for value in hashes)
    # Built where the source is, so that leftovers of a kill vanish with that directory.
    replace_file(sidecar_path(final), text.encode(), directory=directory)
