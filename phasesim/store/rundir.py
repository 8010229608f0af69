"""NAME.run, the directory a sweep lives in while it is computed.

The set of intact chunk files *is* the record of what is done: a chunk appears under the hash of
its content in one `link()`, so no marker can be ahead of its data.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from phasesim.errors import StoreDamaged, UsageError
from phasesim.store import chunks, journal, locks, manifest, osfs
from phasesim.store.aside import adopt_final, remove_retired
from phasesim.store.durable import (
    TEMPORARY_PREFIX,
    io_errors,
    read_file,
    replace_file,
    write_new,
)
from phasesim.store.image import decode_chunk, encode_chunk
from phasesim.store.reader import open_checked, open_final
from phasesim.store.rows import ChunkPart, RowPart, read_named

_MANIFEST = "manifest.json"


class RunDirectory:
    """A running directory; make one with `create` or `open`.

    Chunks are numbered from 0 within the current manifest. Files carry a number that never
    repeats: the manifest's ``first_chunk`` plus that.

    Attributes:
        path: NAME.run.
        manifest: What the directory computes: the creator's keys, and ``schema``, ``phasesim``,
            ``first_chunk``, ``carried`` (names of row files that stay valid from before).
        log_file: The log, which outlives the directory.
    """

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path, self.manifest = path, content
        self.log_file = path / "log.jsonl"
        self._held: locks.Held | None = None

    @classmethod
    def create(
        cls, path: Path, content: Mapping[str, Any], *, base: Path | None = None
    ) -> RunDirectory:
        """Make the directory, or join the one that is there: the first manifest wins.

        Args:
            path: NAME.run.
            content: The manifest; compare with `self.manifest` to see whose it is. If it has
                ``cell_fingerprint``, chunks of another one are refused.
            base: A finished file this sweep contains: linked in, its rows are carried over.

        Raises:
            UsageError: The path is a symbolic link.
            StoreIOError, StoreDamaged, StoreNewer: See `open`.
        """
        if path.is_symlink():
            raise UsageError(f"{path}: is a symbolic link, expected a directory")
        remove_retired(path)
        for directory in (path, path / "chunks"):
            with io_errors(directory, "create"):
                if not directory.is_dir():
                    try:
                        osfs.mkdir(directory)
                    except FileExistsError:
                        # Another process was faster; a file in the way fails on the next use.
                        continue
                osfs.fsync_directory(directory.parent)
        full = manifest.complete(content)
        if base is not None and not (path / _MANIFEST).exists():
            full["carried"] = [*full["carried"], adopt_final(path, base)]
        write_new(path / _MANIFEST, manifest.encode(full))
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> RunDirectory:
        """Open an existing running directory.

        Raises:
            UsageError: It is none.
            StoreNewer: A later phasesim made it.
            StoreDamaged: Its manifest is damaged.
        """
        return cls(path, manifest.load(path / _MANIFEST))

    def lock(self, *, shared: bool = False, shard: tuple[int, int] | None = None) -> locks.Held:
        """Lock the directory; see `locks.acquire`. Hold it while committing anything.

        Raises:
            StoreLocked: Another process holds it.
        """
        held = locks.acquire(self.path, shared=shared, shard=shard)
        try:
            # Whoever held the lock before may have extended the sweep.
            self.manifest = manifest.load(self.path / _MANIFEST)
        except BaseException:
            held.release()
            raise
        self._held = held
        return held

    def commit(
        self,
        index: int,
        arrays: Mapping[str, np.ndarray],
        attrs: Mapping[str, object] | None = None,
    ) -> str:
        """Store a chunk; when this returns, it survives a power cut. Threads may call it at once.

        Args:
            index: The chunk's number.
            arrays: See `image.encode_chunk`.
            attrs: Hashed with the content, so nothing that may differ between two honest
                computations of the chunk.

        Returns:
            The name of the file.

        Raises:
            StoreDamaged: The chunk exists with another content (determinism alarm).
            StoreIOError: The system refused; nothing is left and nothing stored is harmed.
        """
        number = self.manifest["first_chunk"] + index
        data = encode_chunk(arrays, {**(attrs or {}), **self._stamp(number)})
        name = chunks.file_name(number, data)
        path = self.path / "chunks" / name
        if not write_new(path, data) and read_file(path) != data:
            self._quarantine(name, f"{path}: the content does not have the hash in its name")
            write_new(path, data)
        rivals = chunks.by_number(self.path / "chunks", number)[number]
        return self._one_of([n for n in rivals if n == name or self._is_intact(n)])

    def completed(
        self, *, verify: bool = True, wanted: Callable[[int], bool] = lambda index: True
    ) -> dict[int, str]:
        """Chunks that are done: their numbers and file names, in order.

        Args:
            verify: Check content and provenance; what fails is warned of and no longer done, and
                where the directory is locked it is renamed to ``*.damaged`` and logged.
            wanted: The chunks to look at; all unless given.

        Raises:
            StoreDamaged: A chunk has two different intact contents.
        """
        first = self.manifest["first_chunk"]
        done = {}
        for number, names in sorted(chunks.by_number(self.path / "chunks", first).items()):
            if not wanted(number - first):
                continue
            intact = [name for name in names if not verify or self._is_intact(name)]
            if intact:
                done[number - first] = self._one_of(intact)
        return done

    def carried(self, *, verify: bool = True) -> list[str]:
        """Row files kept from before the sweep grew; damaged ones are quarantined and left out."""
        names = [n for n in self.manifest["carried"] if (self.path / "chunks" / n).exists()]
        return [name for name in names if not verify or self._is_intact(name)]

    def parts(self, *, verify: bool = True) -> list[RowPart]:
        """Everything computed so far as parts to read rows from: carried files, then chunks."""
        found: list[RowPart] = []
        for name in [*self.carried(verify=verify), *self.completed(verify=verify).values()]:
            path = self.path / "chunks" / name
            if manifest.BASE_NAME.fullmatch(name):
                with open_checked(path) as final:
                    found += final.parts()
            else:
                found.append(ChunkPart(path))
        return found

    def read(self, which: int | str) -> tuple[dict[str, np.ndarray], dict[str, object]]:
        """Arrays and attributes of a chunk, by number or file name.

        Raises:
            UsageError: There is no such chunk.
            StoreDamaged: Its content does not have the hash in its name.
        """
        name = self.completed(verify=False).get(which) if isinstance(which, int) else which
        if name is None or not manifest.CHUNK_NAME.fullmatch(name):
            raise UsageError(f"{self.path}: no chunk {which}")
        return decode_chunk(read_named(self.path / "chunks" / name), label=name)

    def supersede(self, content: Mapping[str, Any], carried: Sequence[str] | None = None) -> None:
        """Go on with another manifest, keeping finished rows; needs the exclusive lock.

        Args:
            content: The new manifest.
            carried: Names of row files whose rows stay valid; all intact ones unless given.
                Chunk numbering begins anew after every file present.

        Raises:
            UsageError: The exclusive lock is not held.
            StoreIOError: The old manifest is still in force.
        """
        self.need_alone("extend it")
        names = [*self.carried(), *self.completed().values()] if carried is None else [*carried]
        missing = [n for n in names if not (self.path / "chunks" / n).exists()]
        if missing or not all(manifest.is_row_file(name) for name in names):
            raise UsageError(f"{self.path}: cannot carry over {', '.join(missing or names)}")
        following = max(chunks.by_number(self.path / "chunks", 0), default=-1) + 1
        full = {**manifest.complete(content), "carried": names, "first_chunk": following}
        replace_file(self.path / _MANIFEST, manifest.encode(full))
        self.manifest = manifest.load(self.path / _MANIFEST)

    def log(self, event: str, **fields: object) -> None:
        """Append a line to the log: the time (UTC), the event, and its fields."""
        journal.append(self.log_file, event, fields)

    def read_log(self) -> list[dict[str, Any]]:
        """The log's lines, without any that a kill tore."""
        return journal.read(self.log_file)

    def clean_temporaries(self) -> int:
        """Delete what killed writers left; how many files. Needs the exclusive lock."""
        self.need_alone("clean it")
        found = [
            *self.path.glob(f"{TEMPORARY_PREFIX}*"),
            *(self.path / "chunks").glob(f"{TEMPORARY_PREFIX}*"),
        ]
        for path in found:
            with io_errors(path, "delete"):
                osfs.unlink(path)
        return len(found)

    def _stamp(self, number: int) -> dict[str, object]:
        """Attributes that tie a chunk to its number and run, so that swapped files are noticed."""
        return {"chunk": number, "cell_fingerprint": self.manifest.get("cell_fingerprint", "")}

    def _is_intact(self, name: str) -> bool:
        path = self.path / "chunks" / name
        try:
            if not path.is_file():
                raise StoreDamaged(f"{path}: not a regular file")
            if manifest.BASE_NAME.fullmatch(name):
                open_final(path, expected=path.stem.rpartition("-")[2]).close()
                return True
            attrs = decode_chunk(read_named(path), names=(), label=name)[1]
        except StoreDamaged as error:
            self._leave_out(name, str(error))
            return False
        stamp = self._stamp(chunks.number_of(name))
        wrong = [key for key, value in stamp.items() if attrs.get(key) != value]
        if wrong:
            found = f"{wrong[0]} is {attrs.get(wrong[0])}"
            self._leave_out(name, f"{path}: belongs elsewhere: {found}")
        return not wrong

    def _leave_out(self, name: str, why: str) -> None:
        if self._held is not None:
            return self._quarantine(name, why)
        # whoever only reads changes nothing in what may be somebody else's
        return warnings.warn(f"{why}; left out", stacklevel=4)

    def _quarantine(self, name: str, why: str) -> None:
        path = self.path / "chunks" / name
        aside = chunks.free_name(path, ".damaged")
        with io_errors(path, "rename"):
            osfs.rename(path, aside)
        self.log("quarantined", file=name, reason=why)
        warnings.warn(f"{why}; kept as {aside.name}, to be computed anew", stacklevel=4)

    def _one_of(self, names: list[str]) -> str:
        if len(names) > 1:
            raise StoreDamaged(chunks.alarm(self.path / "chunks", names))
        return names[0]

    def need_alone(self, purpose: str) -> None:
        """Refuse what only the holder of the exclusive lock may do."""
        if self._held is None or not self._held.exclusive:
            raise UsageError(f"{self.path}: must be locked exclusively to {purpose}")
