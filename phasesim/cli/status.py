"""``phasesim status``: how far a sweep is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import print_json, print_table


def status(path: Path, *, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Progress and counts of a finished or running sweep.

    Parameters
    ----------
    path
        NAME.h5 or NAME.run.
    json
        One JSON document on stdout.
    """
    found = describe(path)
    if json:
        print_json(found)
    else:
        counts = ", ".join(f"{n:,} {name}" for name, n in found["by_status"].items())
        shown = {k: "unknown" if v is None else v for k, v in found.items()}
        print_table(list({**shown, "by_status": counts}.items()))
    return 0


def describe(path: Path) -> dict[str, Any]:
    """State (complete, running, stopped), done and total models, by_status, models_per_second,
    eta_seconds."""
    from phasesim import store

    if path.is_file():
        return _finished(path)
    return _running(store.find_run(path))


def _finished(path: Path) -> dict[str, Any]:
    from phasesim import store

    # a glance at the counts: comparing the hash of a large file would take longer than wanted
    with store.open_unhashed(path) as file:
        counts = _counted(file.read("status"), path)
    done = sum(counts[1:])
    return _document("complete", done, sum(counts), counts, None, 0.0)


def _running(run: Path) -> dict[str, Any]:
    from phasesim import store
    from phasesim.stored import sweep_under_way

    directory = store.RunDirectory.open(run)
    # nothing is written: the directory may be somebody else's, the disk read-only or full
    state = "running" if store.is_held(run) else "stopped"
    total = sweep_under_way(directory).n_models
    counts = [0] * len(store.STATUS_MEANINGS)
    for part in directory.parts():  # what is damaged is warned of, and will be computed anew
        own = _counted(part.read(("status",)).get("status"), run / part.name)
        counts = [a + b for a, b in zip(counts, own, strict=True)]
    done = sum(counts[1:])
    state = "complete" if done == total and state == "stopped" else state
    counts[0] = total - done
    computed = list(_computed(directory.read_log()))
    seconds = _busy([(begin, end) for begin, end, _ in computed])
    speed = sum(models for *_, models in computed) / seconds if seconds > 0 else None
    eta = (total - done) / speed if speed and state == "running" else None
    return _document(state, done, total, counts, speed, eta)


def _counted(codes: Any, where: Path) -> list[int]:
    """How many models have each status.

    Raises:
        StoreDamaged: what is stored are no statuses.
    """
    import numpy as np

    from phasesim import store
    from phasesim.errors import StoreDamaged

    known = len(store.STATUS_MEANINGS)
    if codes is None or codes.dtype != np.uint8 or (codes >= known).any():
        raise StoreDamaged(f"{where}: 'status' does not hold numbers from 0 to {known - 1}")
    return np.bincount(codes.ravel(), minlength=known).tolist()


def _computed(log: list[dict[str, Any]]) -> Iterator[tuple[float, float, int]]:
    """(begin, end, models) of each chunk, as far as the log, which nothing checks, tells of it."""
    for line in log:
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError, OSError):
            if line["event"] != "chunk":
                continue
            end = datetime.fromisoformat(line["time"]).timestamp()
            seconds, models = float(line["seconds"]), int(line["models"])
            if 0 <= seconds <= end and models >= 0:
                yield end - seconds, end, models


def _busy(spans: list[tuple[float, float]]) -> float:
    """Seconds in which chunks were computed, counted once where several processes were at it."""
    seconds, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        seconds += max(0.0, end - max(begin, until))
        until = max(until, end)
    return seconds


def _document(
    state: str, done: int, total: int, counts: list[int], speed: float | None, eta: float | None
) -> dict[str, Any]:
    from phasesim.status import Status

    return {
        "state": state,
        "done": done,
        "total": total,
        "by_status": {Status(i).name: n for i, n in enumerate(counts) if n},
        "models_per_second": speed,
        "eta_seconds": eta,
    }
