"""The phase diagram trained on the exact loss: seconds, and agreement with the true optimum.

Settings are those of the figure phase-2x1-true, with 10 random starts a cell; training includes
the store on disk, drawing is the picture of the stored sweep. ``python -m benchmarks.diagram``.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine

FIGURE = machine.ROOT / "figures" / "phase-2x1-true.toml"
SEEDS = 10
#: values along each axis -> seconds wanted for training, storing and drawing
SIDES = {100: 15, 316: 120}
#: sides whose cells are compared with theory, which searches each of them
COMPARED = {100}


def measure(side: int, folder: Path) -> dict[str, Any]:
    """Train, store and draw one grid."""
    import phasesim as ps
    from phasesim import plot

    sweep = grid(side)
    ps.run(grid(8))  # compiles
    path = folder / f"{side}.h5"
    began = time.perf_counter()
    ps.run(sweep, path)
    trained = time.perf_counter()
    result = ps.open_result(path)
    plot.phase_diagram(result, theory=False).figure.savefig(folder / f"{side}.png")
    drawn = time.perf_counter()
    found = {
        "grid": [*sweep.shape, SEEDS],
        "models": sweep.n_models,
        "cells": side * side,
        "wanted_seconds": SIDES[side],
        "train_seconds": trained - began,
        "draw_seconds": drawn - trained,
        "bytes": path.stat().st_size,
    }
    if side in COMPARED:
        found["agreement"] = agreement(result)
    return found


def grid(side: int) -> Any:
    """The figure's experiment over density × ratio."""
    import phasesim as ps

    axes = [
        ps.geomspace("distribution.density", 1.0, 0.01, side),
        ps.geomspace("importance.ratio", 0.1, 10.0, side),
    ]
    return ps.Sweep(ps.load_sweep(FIGURE).experiment, axes=axes, n_seeds=SEEDS)


def agreement(result: Any) -> float:
    """Share of all cells whose best seed is in the phase of the true optimum."""
    import phasesim as ps

    density, ratio = np.meshgrid(*(axis.array() for axis in result.sweep.axes), indexing="ij")
    importance = np.stack([np.ones_like(ratio), ratio], axis=-1)
    true = ps.theory.optimum_grid(2, 1, density=density, importance=importance)
    return float(np.mean(result.metric("phase", "best") == true.phase))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cases = [measure(side, Path(folder)) for side in SIDES]
    steps = grid(2).experiment.n_steps
    print(machine.save("diagram", {"steps": steps, "cases": cases}).read_text())


if __name__ == "__main__":
    main()
