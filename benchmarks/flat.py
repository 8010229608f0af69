"""Cost per model from 10³ to 10⁶ models: n = 2, m = 1, 200 steps, shared draws, in memory.

Every model is a cell of its own (density × importance ratio, one seed), so that hashes, keys,
blocks and rows grow with the models as fast as they can. Compilation is excluded: a small sweep
of the same program runs first. ``python -m benchmarks.flat [LARGEST]``.
"""

from __future__ import annotations

import statistics
import sys
import time

from benchmarks import machine
from benchmarks.worker import peak_rss

STEPS = 200
#: a figure rests on at least this many models a turn: a tenth of a second says little
FEWEST = 10_000
#: grids of density × ratio: whole numbers of blocks, so that padding is in none of the figures
GRIDS = {1000: (32, 32), 10_000: (128, 80), 100_000: (320, 320), 1_000_000: (1000, 1024)}


def measure(largest: int = 1_000_000) -> dict[str, list[float]]:
    """Seconds of each run by number of models; sizes take turns."""
    import phasesim as ps

    def sweep(n_densities: int, n_ratios: int) -> ps.Sweep:
        experiment = ps.Experiment(
            n_features=2, n_hidden=1, n_steps=STEPS, importance="last_relative"
        )
        axes = [
            ps.geomspace("distribution.density", 1, 0.01, n_densities),
            ps.geomspace("importance.ratio", 0.1, 10, n_ratios),
        ]
        return ps.Sweep(experiment, axes=axes)

    sizes = [size for size in GRIDS if size <= largest]
    sweeps = {size: sweep(*GRIDS[size]) for size in sizes}
    ps.run(sweeps[1000])
    found: dict[str, list[float]] = {}
    for turn in range(5):
        for size in sizes:
            # the largest take minutes, in which interruptions average out
            if turn >= {1_000_000: 2}.get(size, 5):
                continue
            runs = max(FEWEST // size, 1)
            began = time.perf_counter()
            for _ in range(runs):
                ps.run(sweeps[size])
            seconds = (time.perf_counter() - began) / runs
            found.setdefault(str(sweeps[size].n_models), []).append(seconds)
    return found


def main() -> None:
    seconds = measure(*map(int, sys.argv[1:2]))
    per_model = {n: statistics.median(s) / int(n) for n, s in seconds.items()}
    middle = next(iter(per_model.values()))
    path = machine.save(
        "flat",
        {
            "steps": STEPS,
            "stored": False,
            "seconds": seconds,
            "seconds_per_model": per_model,
            "relative_to_smallest": {n: s / middle for n, s in per_model.items()},
            "peak_rss_bytes": peak_rss(),
        },
    )
    print(path.read_text())


if __name__ == "__main__":
    main()
