"""Weights of both sides by the exact loss in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.solution_cases import Case, sweep_of

#: a seed is in the best basin where its loss is within this many null losses of the best known
BASIN = 1e-2
#: features up to which theory searches for the optimum by itself
MOST_OPTIMUM = 5


def judged(case: Case, weights: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, Any]:
    """Excess over the best known loss in null losses, by side and density.

    The best known loss of a cell is the least of theory's optimum and all seeds of both sides.
    """
    import phasesim as ps

    sweep = sweep_of(case)
    shape = (*sweep.shape, sweep.n_seeds)
    losses = {side: np.empty(shape) for side in weights}
    best, null = np.empty(sweep.shape), np.empty(sweep.shape)
    for index in np.ndindex(sweep.shape):
        cell = sweep.at(index)
        law = {
            "density": np.asarray(cell.distribution.density_per_feature(case.n), float),
            "importance": np.asarray(cell.importance.per_feature(case.n), float),
        }
        null[index] = np.sum(law["importance"] * cell.distribution.variance(case.n))
        for side, found in weights.items():
            W, b = np.asarray(found["W"][index], float), np.asarray(found["b"][index], float)
            losses[side][index] = ps.population_loss(W, b, **law)
        best[index] = min(loss[index].min() for loss in losses.values())
        if case.n <= MOST_OPTIMUM:
            best[index] = min(best[index], ps.theory.optimum(case.n, case.m, **law).loss)
    rest = tuple(range(1, len(shape)))
    excess = {s: (loss - best[..., None]) / null[..., None] for s, loss in losses.items()}
    medians = {s: np.median(e, axis=rest) for s, e in excess.items()}
    no_larger = medians["phasesim"] <= medians["notebook"]
    return {
        "densities": [float(p) for p in case.densities],
        "median_excess": {s: e.tolist() for s, e in medians.items()},
        "mean_excess": {s: e.mean(axis=rest).tolist() for s, e in excess.items()},
        "best_basin": {s: (e < BASIN).mean(axis=rest).tolist() for s, e in excess.items()},
        "no_larger": int(no_larger.sum()),
        "exceptions": [float(p) for p, ok in zip(case.densities, no_larger, strict=True) if not ok],
    }
