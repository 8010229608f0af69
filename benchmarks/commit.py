"""What the store costs: a commit against the work in a chunk, and a resume of many chunks.

A chunk of default size is CHUNK_SECONDS of training; its rows are made up here and committed to
a store on this disk, fsync included, then merged as a run merges them: chunks verified and read,
the final file written, read back and verified once more before its directory goes.
``python -m benchmarks.commit [FOLDER]``.
"""

from __future__ import annotations

import importlib
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine

#: (features, hidden units) of the sweeps of the README
SIZES = ((2, 1), (5, 2), (20, 5), (80, 20))
REPEATS = 15
#: chunks of a sweep that was stopped, and bytes of each
MANY, CHUNK_BYTES = 10_000, 100_000
#: of quick sweeps, whose chunks hold the most models, and of the default experiment
STEPS = (2000, 10_000)


def commit_cost(n: int, m: int, steps: int, folder: Path) -> dict[str, Any]:
    """Seconds of one commit and of its share of the merge, of a chunk of default size."""
    import phasesim as ps
    from phasesim import plan as planning
    from phasesim import store
    from phasesim.execute import blocks_in_flight
    from phasesim.output import layout_of

    run = importlib.import_module("phasesim.run")
    experiment = ps.Experiment(n_features=n, n_hidden=m, n_steps=steps)
    probe = planning.make_plan(ps.Sweep(experiment), platform="cpu")
    executor = run.executor_for(probe, run.Options())
    seconds = executor.seconds_per_block(0) / blocks_in_flight(probe, None)
    models = planning.chunk_blocks(seconds) * probe.lanes[0]
    axis = ps.geomspace("distribution.density", 1, 0.01, models)
    sweep = ps.Sweep(experiment, axes=[axis])
    plan = planning.make_plan(sweep, platform="cpu")
    fields, coords = run.executor_for(plan, run.Options()).layout
    layout = layout_of(sweep, fields, coords, plan.cell_hash)
    rows = made_up(layout, models)
    commits, merges = [], []
    for index in range(REPEATS):
        rows["loss"] = rows["loss"] + np.float32(1)  # a chunk of its own each time
        final = folder / f"{n}x{m}-{steps}-{index}.h5"
        directory = store.RunDirectory.create(store.run_path(final), {})
        with directory.lock():
            began = time.perf_counter()
            directory.commit(0, rows)
            directory.log("chunk", index=0)
            commits.append(time.perf_counter() - began)
            began = time.perf_counter()
            store.write_final(final, layout, directory.parts(), workdir=directory.path)
            store.retire(directory, final)
            merges.append(time.perf_counter() - began)
    merge = statistics.median(merges)
    data = store.encode_chunk(rows, {})
    return {
        "n": n,
        "m": m,
        "steps": steps,
        "models": models,
        "bytes": len(data),
        "chunk_seconds": planning.CHUNK_SECONDS,
        "commit_seconds": statistics.median(commits),
        "slowest_commit_seconds": max(commits),
        "merge_seconds": merge,
        "commit_share": statistics.median(commits) / planning.CHUNK_SECONDS,
        "store_share": (statistics.median(commits) + merge) / planning.CHUNK_SECONDS,
    }


def made_up(layout: Any, models: int) -> dict[str, np.ndarray]:
    """Rows of numbers that compress as weights do, which is hardly."""
    rng = np.random.default_rng(0)
    rows = {"cell_hash": layout.cell_hash, "seed": np.zeros(models, np.uint32)}
    for name, field in layout.fields.items():
        shape = (models, *layout.shape(name))
        drawn = rng.normal(size=shape) if field.dtype.startswith("f") else np.ones(shape)
        rows[name] = drawn.astype(field.dtype)
    return rows


def resume_cost(folder: Path) -> dict[str, float]:
    """Seconds to open, lock, clean and verify a running directory of many chunks."""
    from phasesim import store
    from phasesim.store import osfs

    rng = np.random.default_rng(0)
    directory = store.RunDirectory.create(folder / "many.run", {})
    true_fsync, osfs.fsync = osfs.fsync, lambda fd: None  # making them is not what is timed
    try:
        for index in range(MANY):
            directory.commit(index, {
                "cell_hash": rng.integers(0, 256, (256, 32), np.uint8),
                "seed": np.zeros(256, np.uint32),
                "W": rng.normal(size=(256, CHUNK_BYTES // 1024)).astype(np.float32),
            })  # fmt: skip
    finally:
        osfs.fsync = true_fsync
    size = sum(p.stat().st_size for p in (directory.path / "chunks").iterdir())
    began = time.perf_counter()
    again = store.RunDirectory.open(directory.path)
    with again.lock():
        again.clean_temporaries()
        found = len(again.completed())
    return {"chunks": found, "bytes": size, "seconds": time.perf_counter() - began}


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if sys.argv[1:] else None) as name:
        cases = [commit_cost(n, m, steps, Path(name)) for steps in STEPS for n, m in SIZES]
        resume = resume_cost(Path(name))
    path = machine.save("commit", {"cases": cases, "resume": resume})
    print(path.read_text())


if __name__ == "__main__":
    main()
