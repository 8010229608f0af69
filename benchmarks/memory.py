"""Predicted memory of the blocks in flight against what the process really grows by.

Each size runs in a process of its own: the program is compiled and called with no steps, memory
that this freed goes back to the system, and from then on the resident set is watched while the
sweep trains. ``python -m benchmarks.memory``.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import subprocess
import sys
import threading
import time

from benchmarks import machine

#: n, m, batch, draws: each bound by another part of the estimate, at
#: the first a size where what any first run adds to a process outweighs the arrays
CASES = [
    (200, 20, 1024, "shared"),
    (80, 20, 65_536, "independent"),
    (20, 5, 65_536, "independent"),
    (200, 20, 65_536, "shared"),
]


def resident() -> int:
    """Bytes of this process in memory now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def grown(n: int, m: int, batch: int, draws: str) -> dict[str, float]:
    """Predicted and measured bytes of one sweep."""
    import jax
    import numpy as np

    import phasesim as ps
    from phasesim.engines._program import compiled, empty_state
    from phasesim.execute import Executor, blocks_in_flight
    from phasesim.plan import Block, Plan

    experiment = ps.Experiment(n_features=n, n_hidden=m, batch_size=batch, draws=draws, n_steps=8)
    sweep = ps.Sweep(experiment, axes=[ps.geomspace("distribution.density", 1, 0.1, 80)])
    plan = Plan(sweep)
    executor = Executor(plan)
    # on the device that training names, else it would compile anew while it is watched
    with jax.default_device(executor.devices[0]):
        inputs = executor._inputs(Block(0, 0, np.zeros(1, int)))
        compiled("cpu")(inputs, empty_state(inputs), np.int32(0), np.int32(0))
    # what tracing leaves behind is no part of the blocks either
    _ = executor.layout
    in_flight = blocks_in_flight(plan, None)
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    before, most, stop = resident(), [0], threading.Event()

    def watch() -> None:
        while not stop.is_set():
            most[0] = max(most[0], resident())
            time.sleep(0.0005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    ps.run(sweep)
    stop.set()
    watcher.join()
    return {
        "n": n,
        "m": m,
        "batch": batch,
        "draws": draws,
        "in_flight": in_flight,
        "predicted_bytes": plan.peak_memory(in_flight),
        "compiler_bytes": in_flight * executor.program_memory(0),
        "measured_bytes": most[0] - before,
    }


def main() -> None:
    found = []
    for case in CASES:
        command = [sys.executable, "-m", "benchmarks.memory", json.dumps(case)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(json.loads(done.stdout))
        found[-1]["ratio"] = found[-1]["predicted_bytes"] / found[-1]["measured_bytes"]
    print(machine.save("memory", {"cases": found}).read_text())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        json.dump(grown(*json.loads(sys.argv[1])), sys.stdout)
    else:
        main()
