"""A trainer that trains nothing: numbers made of a model's identity, 5 ms a block.

It stands in for the real one where thousands of runs are needed; all else, from the command
line to the final file, is the package's own. A block of the sweep `SWEEP` is a chunk.
"""

from __future__ import annotations

import importlib
import os
import time
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

from phasesim import execute, plan, rows
from phasesim.plan import Block

SECONDS = 0.005
#: variable that makes a block take so many seconds more
SLOWER = "TORTURE_SLOWER"
SWEEP = """
name = "x"
n_features = 3
n_hidden = 2
n_steps = 10
[sweep]
n_seeds = {n_seeds}
axes = [ {{ path = "distribution.density", values = [1.0, 0.5, 0.25, 0.125, 0.0625] }} ]
"""


class StandIn(execute.Executor):
    """See the module."""

    @cached_property
    def devices(self) -> list[Any]:
        return [SimpleNamespace(device_kind="stand-in", platform="cpu")]

    @cached_property
    def layout(self) -> Any:
        """As that of a real trainer, without the parts that nothing here needs."""
        info = rows.FieldInfo
        fields = {
            "W": info(("hidden", "feature"), "float32", "weights"),
            "loss": info((), "float32", "loss"),
            "status": info((), "uint8", "status"),
        }
        return fields, {"hidden": np.arange(2), "feature": np.arange(3)}

    def seconds_per_block(self, cohort: int) -> float:
        return plan.CHUNK_SECONDS

    def run(self, block: Block, device: Any = None) -> dict[str, np.ndarray]:
        if self.stop.is_set() or self.abandoned.is_set():
            raise execute.Stopped("stopped; run the same command to go on")
        time.sleep(SECONDS + float(os.environ.get(SLOWER, "0")))
        cells = self.plan.cohorts[block.cohort].cell_digests[block.rows]
        seeds = [[*cell[:8].tolist(), block.replica] for cell in cells]
        drawn = np.stack([np.random.default_rng(s).normal(size=7) for s in seeds])
        return {
            "cell_hash": cells,
            "seed": np.full(len(cells), block.replica, np.uint32),
            "W": drawn[:, :6].reshape(-1, 2, 3).astype(np.float32),
            "loss": drawn[:, 6].astype(np.float32),
            "status": np.ones(len(cells), np.uint8),
        }


def stand_in() -> None:
    """Make `phasesim run` of this process use the stand-in, one block at a time."""
    # the package's attribute of that name is the function
    run = importlib.import_module("phasesim.run")
    run.executor_for = lambda plan, options: StandIn(
        plan, None, options.stop, options.progress.steps
    )
    run.platform = lambda: "cpu"
    run.blocks_in_flight = lambda *_: 1
