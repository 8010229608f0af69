"""Quantities of the experiment in every cell of a grid, computed once for each distinct part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from phasesim.experiment import Experiment
from phasesim.sweep import Sweep


def per_cell(
    sweep: Sweep, words: tuple[str, ...], function: Callable[[Experiment], Any]
) -> np.ndarray:
    """A function of the experiment over the grid.

    Args:
        sweep: the grid.
        words: the top-level fields that the function looks at; along axes over other fields it
            is constant, and is not evaluated again.
        function: experiment -> numbers of one shape for all cells.

    Returns:
        Shape (*axes, …), a read-only broadcast.
    """
    varying = [i for i, a in enumerate(sweep.axes) if a.path.split(".")[0] in words]
    sizes = [len(a.values) if i in varying else 1 for i, a in enumerate(sweep.axes)]
    values = [function(sweep.at(index)) for index in np.ndindex(*sizes)]
    table = np.array(values)
    table = table.reshape(*sizes, *table.shape[1:])
    return np.broadcast_to(table, (*sweep.shape, *table.shape[len(sizes) :]))


def densities(sweep: Sweep) -> np.ndarray:
    """P(feature i is active) in each cell, (*axes, n)."""
    return per_cell(
        sweep,
        ("distribution", "n_features"),
        lambda e: np.asarray(e.distribution.density_per_feature(e.n_features), float),
    )


def importances(sweep: Sweep) -> np.ndarray:
    """I in each cell, (*axes, n)."""
    return per_cell(
        sweep,
        ("importance", "n_features"),
        lambda e: np.asarray(e.importance.per_feature(e.n_features), float),
    )


def null_losses(sweep: Sweep) -> np.ndarray:
    """`Experiment.null_loss` of each cell, (*axes)."""
    if any(axis.path == "n_features" for axis in sweep.axes):
        return per_cell(sweep, tuple(vars(sweep.experiment)), Experiment.null_loss)
    variance = per_cell(
        sweep,
        ("distribution", "target"),
        lambda e: np.asarray(e.target.variance(e.distribution, e.n_features), float),
    )
    return (variance * importances(sweep)).sum(axis=-1)
