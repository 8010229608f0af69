"""The sweep that is tortured: begun anywhere, finished in the end, and held to its reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torture_trainer
from torture_zygote import Ended, Zygote

from phasesim import store
from phasesim.store import manifest

RUN = ("run", "x.toml", "--quiet", "--no-cache")
#: all that a finished sweep leaves
LEFT = {"x.toml", "x.h5", "x.h5.sha256", "x.log.jsonl"}


@dataclass
class Tortured:
    """A sweep of ``n_seeds`` chunks in the folders of one test.

    Attributes:
        expected: bytes of the final file of an undisturbed run.
        counts: its calls of each operation.
        seconds: its duration.
    """

    zygote: Zygote
    root: Path
    n_seeds: int
    expected: bytes = b""

    def __post_init__(self) -> None:
        calm = self.begin("calm")
        ended = self.run(calm)
        assert ended.code == 0, ended.stderr
        assert len(ended.committed) == self.n_seeds and set(names(calm)) == LEFT
        self.expected = (calm / "x.h5").read_bytes()
        self.counts, self.seconds = ended.counts, ended.seconds

    def begin(self, name: str) -> Path:
        """A new folder with the sweep's TOML file."""
        folder = self.root / name
        folder.mkdir()
        (folder / "x.toml").write_text(torture_trainer.SWEEP.format(n_seeds=self.n_seeds))
        return folder

    def run(self, folder: Path, **job: object) -> Ended:
        """Run or resume the sweep."""
        ended = self.zygote.run(folder, *RUN, **job)
        assert not ended.hung, "it did not end"
        return ended

    def check_kept(self, folder: Path, committed: Iterable[str]) -> None:
        """Every chunk whose commit had returned is there, or in the final file."""
        chunks, final = folder / "x.run" / "chunks", folder / "x.h5"
        if final.exists():
            # the final file is of all chunks, whole or not there
            assert final.read_bytes() == self.expected
            return
        for name in committed:
            data = (chunks / name).read_bytes()
            assert manifest.CHUNK_NAME.fullmatch(name)
            assert store.chunks.file_name(store.chunks.number_of(name), data) == name

    def finish(self, folder: Path) -> Ended:
        """Resume undisturbed: the same bytes as ever, and nothing left behind."""
        ended = self.run(folder)
        assert (ended.code, ended.stderr) == (0, ""), ended
        assert (folder / "x.h5").read_bytes() == self.expected
        assert set(names(folder)) == LEFT
        return ended


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return [path.name for path in folder.iterdir()]


def one_error_line(ended: Ended) -> bool:
    """Whether a process told one clear line and no traceback."""
    return ended.stderr.startswith("error: ") and ended.stderr.count("\n") == 1
