"""How a sweep is cut: cohorts, lanes, blocks, chunks; what it will take.

Everything that decides a bit of the result (lane width) is a pure function of the experiment's
static fields. How many blocks make a chunk only decides how often work is saved.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from phasesim.analysis import AnalysisSweep
from phasesim.cells import Cohort, cohorts
from phasesim.experiment import Experiment
from phasesim.function import FunctionCohort, FunctionSweep, function_cohorts
from phasesim.grid import Grid
from phasesim.memory import MOST_SMALL, THREAD_BYTES, block_bytes
from phasesim.sweep import Sweep

#: part of every fingerprint: raised when the numbers that training produces change
ALGORITHM = 1
#: a chunk holds about this many seconds of work, so that a kill costs no more
CHUNK_SECONDS = 30.0
#: models side by side on a CPU: small ones as vectors, large ones in turn. Batches of one to
#: three models would take other code paths in XLA, with other rounding.
LANES_SMALL, LANES_LARGE = 64, 10
#: the exact loss of more than two features takes models in turn: more lanes would only be idle
LANES_EXACT = 8
#: on a GPU or TPU a tile is a whole chunk of about this many bytes
DEVICE_TILE_BYTES = 1 << 30


def lane_width(experiment: Experiment, platform: str) -> int:
    """Models trained side by side in one block.

    A function of sizes and platform only, never of a measurement, because it decides rounding.
    """
    n, m = experiment.n_features, experiment.n_hidden
    if platform == "cpu":
        if not experiment.engine.samples and n > 2:
            return LANES_EXACT
        return LANES_SMALL if n * m <= MOST_SMALL else LANES_LARGE
    lanes = DEVICE_TILE_BYTES // (4 * experiment.samples_a_step * (3 * n + 2 * m))
    return min(max(2 ** int(math.log2(max(lanes, 1))), 4), 1 << 16)


@dataclass(frozen=True)
class Block:
    """Models that one call of the compiled program trains.

    Attributes:
        cohort: which compiled program.
        replica: the seed index that all its models share.
        rows: rows of the cohort, in grid order; at most the lane width.
    """

    cohort: int
    replica: int
    rows: np.ndarray


@dataclass(frozen=True)
class GridPlan(ABC):
    """All work of a grid that is still to do, whatever it is that each of its cells trains.

    Attributes:
        sweep: what is trained.
        done: models already trained, bool (n_cells, n_seeds), or None.
        platform: "cpu", "gpu" or "tpu".
    """

    sweep: Grid
    done: np.ndarray | None = None
    platform: str = "cpu"

    @property
    @abstractmethod
    def cohorts(self) -> Sequence[Cohort | FunctionCohort]:
        """The cells, by what one compiled program computes."""

    @property
    @abstractmethod
    def lanes(self) -> list[int]:
        """Lane width of each cohort."""

    @abstractmethod
    def steps_of(self, blocks: list[Block]) -> int:
        """Optimiser steps of some blocks, summed over models."""

    @abstractmethod
    def peak_memory(self, in_flight: int) -> int:
        """Bytes that training adds to a process: blocks in flight, and what each thread keeps."""

    @cached_property
    def blocks(self) -> list[Block]:
        """Blocks in the order of the chunks; a block holds cells of one replica."""
        found = []
        for number, (cohort, lanes) in enumerate(zip(self.cohorts, self.lanes, strict=True)):
            for replica in range(self.sweep.n_seeds):
                rows = np.arange(len(cohort.cells))
                if self.done is not None:
                    rows = rows[~self.done[cohort.cells, replica]]
                for start in range(0, len(rows), lanes):
                    found.append(Block(number, replica, rows[start : start + lanes]))
        return found

    def filled(self, block: Block) -> np.ndarray:
        """A block's rows with copies behind them: a tile always has its full width."""
        rows = np.full(self.lanes[block.cohort], block.rows[-1])
        rows[: len(block.rows)] = block.rows
        return rows

    @property
    def n_models(self) -> int:
        """Models still to train."""
        return sum(len(b.rows) for b in self.blocks)

    @property
    def model_steps(self) -> int:
        """Optimiser steps still to do, summed over models."""
        return self.steps_of(self.blocks)

    def n_chunks(self, blocks_per_chunk: int) -> int:
        """Chunks when each holds that many blocks."""
        return math.ceil(len(self.blocks) / blocks_per_chunk)

    def chunk(self, index: int, blocks_per_chunk: int) -> list[Block]:
        """The blocks of a chunk."""
        return self.blocks[index * blocks_per_chunk : (index + 1) * blocks_per_chunk]

    @cached_property
    def cell_hash(self) -> np.ndarray:
        """`Experiment.cell_digest` of every cell in grid order, uint8 (n_cells, 32)."""
        out = np.empty((self.sweep.n_cells, 32), np.uint8)
        for cohort in self.cohorts:
            out[cohort.cells] = cohort.cell_digests
        return out


@dataclass(frozen=True)
class Plan(GridPlan):
    """The plan of a `Sweep`."""

    sweep: Sweep

    @cached_property
    def cohorts(self) -> list[Cohort]:
        return cohorts(self.sweep)

    @cached_property
    def lanes(self) -> list[int]:
        """Lane width of each cohort."""
        return [lane_width(c.template, self.platform) for c in self.cohorts]

    def steps_of(self, blocks: list[Block]) -> int:
        """Optimiser steps of some blocks, summed over models."""
        return sum(len(b.rows) * self.cohorts[b.cohort].template.n_steps for b in blocks)

    def memory_of_block(self, number: int) -> int:
        """Bytes one block of a cohort needs while it trains and is evaluated."""
        return block_bytes(self.cohorts[number].template, self.lanes[number], self.platform)

    def peak_memory(self, in_flight: int) -> int:
        """Bytes that training adds to a process: blocks in flight, and what each thread keeps."""
        largest = max(map(self.memory_of_block, range(len(self.cohorts))))
        return in_flight * (largest + THREAD_BYTES)


class CallPlan(GridPlan):
    """A plan whose models take one call each; what a call takes is not known before it is run."""

    def steps_of(self, blocks: list[Block]) -> int:
        """Calls."""
        return sum(len(b.rows) for b in blocks)

    def peak_memory(self, in_flight: int) -> int:
        """Not known: counted as nothing."""
        return 0


@dataclass(frozen=True)
class FunctionPlan(CallPlan):
    """The plan of a `FunctionSweep`."""

    sweep: FunctionSweep

    @cached_property
    def cohorts(self) -> list[FunctionCohort]:
        return function_cohorts(self.sweep)

    @cached_property
    def lanes(self) -> list[int]:
        """Lane width of each cohort."""
        return [LANES_SMALL] * len(self.cohorts)


@dataclass(frozen=True)
class AnalysisPlan(CallPlan):
    """The plan of an `AnalysisSweep`: the blocks of its training, of bounded size everywhere."""

    sweep: AnalysisSweep

    @cached_property
    def cohorts(self) -> list[Cohort]:
        return cohorts(self.sweep)

    @cached_property
    def lanes(self) -> list[int]:
        """Lane width of each cohort."""
        return [min(lane_width(c.template, self.platform), LANES_SMALL) for c in self.cohorts]


def make_plan(sweep: Grid, done: np.ndarray | None = None, platform: str = "cpu") -> GridPlan:
    """The plan of a sweep of experiments, of a function, or of an analysis."""
    kinds: dict[type[Grid], type[GridPlan]] = {
        FunctionSweep: FunctionPlan,
        AnalysisSweep: AnalysisPlan,
    }
    return kinds.get(type(sweep), Plan)(sweep, done, platform)


def chunk_blocks(seconds_per_block: float) -> int:
    """Blocks in a chunk, from the measured time of one."""
    return max(1, round(CHUNK_SECONDS / max(seconds_per_block, 1e-6)))
