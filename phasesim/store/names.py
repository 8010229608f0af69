"""Names of the files that belong to one sweep: NAME.h5 and what lies beside it."""

from __future__ import annotations

from pathlib import Path

from phasesim.errors import UsageError


def run_path(final: Path) -> Path:
    """The running directory of a final file: NAME.run."""
    return _stem(final).with_name(_stem(final).name + ".run")


def find_run(path: Path) -> Path:
    """The running directory that a path is, or that stands in for a file not finished yet.

    Raises:
        UsageError: there is none.
    """
    run = path if path.is_dir() else run_path(path)
    if run.is_dir():
        return run
    found = "not a regular file, expected NAME.h5 or NAME.run" if path.exists() else "no such store"
    raise UsageError(f"{path}: {found}")


def log_path(final: Path) -> Path:
    """The log kept after a sweep: NAME.log.jsonl."""
    return _stem(final).with_name(_stem(final).name + ".log.jsonl")


def analysis_path(final: Path, name: str) -> Path:
    """The analysis NAME of a final file: STEM.NAME.h5."""
    return _stem(final).with_name(f"{_stem(final).name}.{name}.h5")


def sidecar_path(final: Path) -> Path:
    """The checksum of a final file: NAME.h5.sha256."""
    return final.with_name(final.name + ".sha256")


def retired_path(run: Path) -> Path:
    """Where a finished running directory goes while it is being deleted."""
    return run.with_name(run.name + ".retired")


def _stem(final: Path) -> Path:
    return final.with_suffix("") if final.suffix == ".h5" else final
