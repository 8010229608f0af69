"""What a sweep will take: sizes by arithmetic, time by timing a few steps."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from phasesim.execute import Executor, blocks_in_flight, platform
from phasesim.plan import Plan, chunk_blocks
from phasesim.start import starts_of
from phasesim.sweep import Sweep


def dry_run(sweep: Sweep, final: Path, memory: int | None) -> dict[str, Any]:
    """The plan of a sweep that has not begun.

    Returns:
        models, cohorts, compilations (each cohort once), lane_width (a list where cohorts
        differ), chunks, bytes of the store before compression, peak_memory_bytes of the blocks
        in flight, seconds of training without compilation (timed), output.
    """
    plan = Plan(sweep, platform=platform())
    executor = Executor(plan, starts_of(sweep))
    in_flight = blocks_in_flight(plan, memory)
    per_block = [executor.seconds_per_block(i) for i in range(len(plan.cohorts))]
    seconds = sum(per_block[b.cohort] for b in plan.blocks) / in_flight
    fields, shapes = executor.fields_and_shapes
    row = sum(np.dtype(f.dtype).itemsize * math.prod(shapes[n]) for n, f in fields.items())
    widths = sorted(set(plan.lanes))
    return {
        "models": sweep.n_models,
        "cohorts": len(plan.cohorts),
        "compilations": len(plan.cohorts),
        "lane_width": widths[0] if len(widths) == 1 else plan.lanes,
        "chunks": plan.n_chunks(chunk_blocks(per_block[0] / in_flight)),
        "bytes": row * sweep.n_models,
        "peak_memory_bytes": plan.peak_memory(in_flight),
        "seconds": seconds,
        "output": str(final),
    }
