"""Losses to compare a cell's seeds with: the lowest known, and the least without superposition."""

from __future__ import annotations

import numpy as np

from phasesim.percell import by_size, densities, importances
from phasesim.sweep import Sweep

#: n -> cells whose true optima take about 5 seconds together; larger n are only for who asks
MOST_CELLS = {1: 1 << 14, 2: 1 << 12, 3: 64}


def best_seed(loss: np.ndarray, ok: np.ndarray) -> np.ndarray:
    """Lowest loss of the seeds that trained to the end, (*axes); inf where none did.

    Args:
        loss: exact loss, (*axes, seed).
        ok: which models trained to the end, (*axes, seed).
    """
    return np.min(np.where(ok & np.isfinite(loss), loss, np.inf), axis=-1)


def searched(sweep: Sweep) -> bool:
    """Whether finding the true optimum of every cell takes seconds, by their sizes."""
    return all(len(cells) <= MOST_CELLS.get(n, 0) for n, _, cells in by_size(sweep))


def optimum_losses(sweep: Sweep) -> np.ndarray:
    """Loss at the true optimum of each cell, (*axes).

    Raises:
        UsageError: a cell has more features than `phasesim.theory.optimum` can search.
    """
    from phasesim.theory import optimum, optimum_grid

    p, importance = (f(sweep).reshape(sweep.n_cells, -1) for f in (densities, importances))
    made = np.empty(sweep.n_cells)
    for n, m, cells in by_size(sweep):
        rows = [v[cells, :n] for v in (p, importance)]
        alike = np.all(rows[0] == rows[0][:, :1], axis=1)
        if alike.any():
            grid = optimum_grid(n, m, density=rows[0][alike, 0], importance=rows[1][alike])
            made[cells[alike]] = grid.loss
        for cell in np.flatnonzero(~alike):
            own = [v[cell] for v in rows]
            made[cells[cell]] = optimum(n, m, density=own[0], importance=own[1]).loss
    return made.reshape(sweep.shape)


def orthogonal_losses(sweep: Sweep) -> np.ndarray:
    """Least loss of a model that gives each of m features a dimension of its own, (*axes)."""
    from phasesim.theory import orthogonal_loss

    p, importance = (f(sweep).reshape(sweep.n_cells, -1) for f in (densities, importances))
    made = np.empty(sweep.n_cells)
    for n, m, cells in by_size(sweep):
        made[cells] = orthogonal_loss(m, density=p[cells, :n], importance=importance[cells, :n])
    return made.reshape(sweep.shape)
