"""A sweep whose trainer needs NumPy and 5 ms a chunk: many workers can die in little time."""

from __future__ import annotations

import functools
import hashlib
import os
import random
import threading
import time
from pathlib import Path

import numpy as np

from phasesim import store
from phasesim.farm._drive import drive
from phasesim.farm._pool import ProcessPool

N_CHUNKS, N_SEEDS = 40, 3
VALUES = np.linspace(0.1, 1, N_CHUNKS)
HASHES = np.stack([np.frombuffer(hashlib.sha256(v.tobytes()).digest(), np.uint8) for v in VALUES])
LAYOUT = store.Layout(
    axes=(store.Axis(name="density", path="distribution.density", values=VALUES),),
    n_seeds=N_SEEDS,
    fields={
        "W": store.Field(dims=("hidden", "feature")),
        "status": store.Field(dtype="uint8", fill=0),
    },
    coords={"hidden": np.arange(4), "feature": np.arange(16)},
    cell_hash=HASHES,
)


def rows(index):
    """The models of a chunk: all seeds of one cell."""
    rng = np.random.default_rng(HASHES[index])
    return {
        "cell_hash": np.repeat(HASHES[index : index + 1], N_SEEDS, axis=0),
        "seed": np.arange(N_SEEDS, dtype=np.uint32),
        "W": rng.normal(size=(N_SEEDS, 4, 16)).astype(np.float32),
        "status": np.ones(N_SEEDS, np.uint8),
    }


def train(path, index):
    """What a worker does: a chunk and a receipt."""
    time.sleep(0.005)
    run = store.RunDirectory.open(Path(path))
    with run.lock(shared=True):
        run.commit(index, rows(index))
    return {"index": index, "models": N_SEEDS, "pid": os.getpid()}


def poisoned(path, index):
    """A worker that chunk 7 kills, every time."""
    if index == 7:
        os.kill(os.getpid(), 9)
    return train(path, index)


def lingering(path, index):
    """A worker that is a minute at chunk 7, with the lock."""
    if index == 7:
        with store.RunDirectory.open(Path(path)).lock(shared=True):
            Path(path).with_name("lingers").touch()
            time.sleep(60)
    return train(path, index)


def open_run(folder):
    """A running directory of the sweep in a folder, which is made."""
    folder.mkdir(exist_ok=True)
    return store.RunDirectory.create(store.run_path(folder / "x.h5"), {"cell_fingerprint": "f00d"})


def merged(run):
    """The final file's bytes."""
    final = run.path.with_suffix(".h5")
    store.write_final(final, LAYOUT, run.parts(), workdir=run.path)
    return final.read_bytes()


def farm(folder, *, workers, kills=0, seed=0, task=train):
    """Run the sweep, SIGKILLing workers at random moments.

    Returns:
        The directory, the chunks lost, the receipts, the workers killed, those alive at the end.
    """
    draw = random.Random(seed)
    moments = sorted(draw.sample(range(workers, N_CHUNKS - 1), kills))
    run, receipts, killed = open_run(folder), [], []
    with run.lock(shard=(0, 1)):
        pool = ProcessPool(workers)

        def kill_one():
            time.sleep(draw.uniform(0, 0.01))
            victims = [pid for pid in pool.pids if pid not in killed]
            killed.append(draw.choice(victims))
            os.kill(killed[-1], 9)

        def receive(receipt):
            receipts.append(receipt)
            if len(receipts) in moments:
                threading.Thread(target=kill_one).start()

        try:
            lost = drive(
                pool,
                functools.partial(task, str(run.path)),
                range(N_CHUNKS),
                receive=receive,
                stored=lambda index: index in run.completed(verify=False),
            )
            # a kill that comes with the last chunk may still be under way
            while len(killed) < kills:
                time.sleep(0.01)
            alive = [pid for pid in pool.pids if pid not in killed]
        finally:
            pool.kill()
    return run, lost, receipts, killed, alive
