"""What is raced: sizes, steps of each contender, and the ratios the project set itself."""

from __future__ import annotations

import os
from dataclasses import dataclass

#: samples a step, as in the paper's notebook
BATCH = 1024
LEARNING_RATE, WEIGHT_DECAY = 1e-3, 1e-2
ROUNDS = 5
#: for trying things out: shorter runs give noisier and, for phasesim, lower figures, because
#: the evaluation at a run's end is then shared by fewer steps
SCALE = float(os.environ.get("BENCH_SCALE", "1"))

#: every contender; the first is what ratios refer to
CONTENDERS = ("notebook", "vmap", "occhio", "independent", "shared")
LABELS = {
    "notebook": "notebook's algorithm, PyTorch",
    "vmap": "plain `jit(vmap(train))`",
    "occhio": "occhio `ModelGrid`",
    "independent": "phasesim, independent draws",
    "shared": "phasesim, shared draws",
}


@dataclass(frozen=True)
class Size:
    """One row of the tables.

    Attributes:
        n: features.
        m: hidden units.
        models: trained side by side, each at a density of its own.
        steps: of each contender in one run: enough for a second or two of work.
        targets: wanted ratios to the notebook's algorithm, wall time, by contender.
    """

    n: int
    m: int
    models: int
    steps: dict[str, int]
    targets: dict[str, float]

    def __str__(self) -> str:
        return f"{self.n}x{self.m}"

    def steps_of(self, contender: str) -> int:
        """Steps of one run, after scaling."""
        return max(2, round(self.steps[contender] * SCALE))


def _size(n: int, m: int, models: int, independent: float, shared: float, *steps: int) -> Size:
    targets = {"independent": independent, "shared": shared}
    return Size(n, m, models, dict(zip(CONTENDERS, steps, strict=True)), targets)


#: phasesim trains as long as the notebook (10,000 steps) where that takes seconds, else 1,000
SIZES = (
    _size(2, 1, 1000, 12, 70, 15, 15, 12, 10_000, 10_000),
    _size(5, 2, 1000, 10, 50, 8, 6, 8, 10_000, 10_000),
    _size(20, 5, 100, 6, 20, 20, 8, 20, 10_000, 10_000),
    _size(80, 20, 20, 4, 8, 30, 8, 30, 1000, 1000),
    _size(200, 20, 20, 3, 7, 15, 4, 15, 1000, 1000),
)
