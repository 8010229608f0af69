"""``phasesim status``: how far a sweep is."""

from __future__ import annotations

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
    import numpy as np

    from phasesim import store

    # a glance at the counts: comparing the hash of a large file would take longer than wanted
    with store.open_unhashed(path) as file:
        counts = np.bincount(file.read("status").ravel(), minlength=len(store.STATUS_MEANINGS))
    done = int(counts.sum() - counts[0])
    return _document("complete", done, int(counts.sum()), counts.tolist(), None, 0.0)


def _running(run: Path) -> dict[str, Any]:
    from phasesim import store
    from phasesim.errors import StoreLocked
    from phasesim.result import stored_sweep

    directory = store.RunDirectory.open(run)
    try:
        directory.lock(shared=True).release()
        if any(run.glob("holder-*.json")):
            # shards and workers share the lock; what they leave behind when killed is a note only
            directory.lock().release()
        state = "stopped"
    except StoreLocked:
        state = "running"
    total = stored_sweep(directory.manifest["config_toml"], run).n_models
    counts = [0] * len(store.STATUS_MEANINGS)
    for part in directory.parts(verify=False):
        for code in part.read(("status",))["status"]:
            counts[code] += 1
    done = sum(counts[1:])
    state = "complete" if done == total and state == "stopped" else state
    counts[0] = total - done
    events = [e for e in directory.read_log() if e["event"] == "chunk"]
    seconds = _busy(events)
    speed = sum(e["models"] for e in events) / seconds if seconds > 0 else None
    eta = (total - done) / speed if speed and state == "running" else None
    return _document(state, done, total, counts, speed, eta)


def _busy(events: list[dict[str, Any]]) -> float:
    """Seconds in which chunks were computed, counted once where several processes were at it."""
    spans = []
    for event in events:
        end = datetime.fromisoformat(event["time"]).timestamp()
        spans.append((end - event["seconds"], end))
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
