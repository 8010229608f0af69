"""Quantities of the experiment in every cell of a grid, computed once for each distinct part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

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
    table = table.reshape((*sizes, *table.shape[1:]))
    return np.broadcast_to(table, (*sweep.shape, *table.shape[len(sizes) :]))


def densities(sweep: Sweep) -> np.ndarray:
    """P(feature i is active) in each cell, (*axes, n); NaN beyond the size of a cell."""
    return _rows(sweep, "distribution", lambda e: e.distribution.density_per_feature(e.n_features))


def importances(sweep: Sweep) -> np.ndarray:
    """I in each cell, (*axes, n); NaN beyond the size of a cell."""
    return _rows(sweep, "importance", lambda e: e.importance.per_feature(e.n_features))


def _rows(sweep: Sweep, word: str, function: Callable[[Experiment], Any]) -> np.ndarray:
    """A function with one number a feature over the grid, padded to the largest cell."""
    most = max(n for n, _, _ in by_size(sweep))

    def padded(e: Experiment) -> np.ndarray:
        return np.pad(
            np.asarray(function(e), float), (0, most - e.n_features), constant_values=np.nan
        )

    return per_cell(sweep, (word, "n_features"), padded)


def by_size(sweep: Sweep) -> list[tuple[int, int, np.ndarray]]:
    """(n, m, flat grid indices of the cells of that size) for each size of a grid."""
    sizes = per_cell(sweep, ("n_features", "n_hidden"), lambda e: (e.n_features, e.n_hidden))
    flat = sizes.reshape(-1, 2)
    pairs = np.unique(flat, axis=0).tolist()
    return [(n, m, np.flatnonzero((flat == (n, m)).all(axis=-1))) for n, m in pairs]


def null_losses(sweep: Sweep) -> np.ndarray:
    """`Experiment.null_loss` of each cell, (*axes)."""
    if any(axis.path == "n_features" for axis in sweep.axes):
        return per_cell(sweep, tuple(vars(sweep.experiment)), Experiment.null_loss)
    null = per_cell(
        sweep,
        ("distribution", "target", "loss"),
        lambda e: np.asarray(e.loss.null(e.target, e.distribution, e.n_features), float),
    )
    return (null * importances(sweep)).sum(axis=-1)


def measured(
    sweep: Sweep, function: Callable[..., Any], W: np.ndarray, b: np.ndarray
) -> np.ndarray:
    """A metric of every model of a grid.

    Args:
        sweep: the grid.
        function: a registered metric.
        W: (*axes, seed, m, n), padded where cells differ in size.
        b: (*axes, seed, n), padded likewise.

    Returns:
        (*axes, seed, …); NaN, or -1 of integers, beyond the size of a cell.
    """
    sizes = per_cell(sweep, ("n_features", "n_hidden"), lambda e: (e.n_features, e.n_hidden))
    pairs = np.unique(sizes.reshape(-1, 2), axis=0)
    if function.spec.uses_experiment:
        groups = [(cell, sweep.at(cell)) for cell in np.ndindex(*sweep.shape)]
    elif len(pairs) == 1:
        return np.asarray(function(W, b, sweep.experiment))
    else:
        groups = [(np.nonzero((sizes == pair).all(axis=-1)), None) for pair in pairs]
    made = None
    for cells, experiment in groups:
        # what is computed together has one size, so that padding stays out of it
        n, m = sizes[cells].reshape(-1, 2)[0]
        part = np.asarray(function(W[cells][..., :m, :n], b[cells][..., :n], experiment))
        own = part.shape[part.ndim - len(function.spec.dims) :]
        if made is None:
            padded = [W.shape[-1] if d.startswith("feature") else s
                      for d, s in zip(function.spec.dims, own, strict=True)]  # fmt: skip
            fill = -1 if part.dtype.kind == "i" else np.nan
            made = np.full((*sweep.shape, sweep.n_seeds, *padded), fill, part.dtype)
        made[(*cells, slice(None), *(slice(s) for s in own))] = part
    return cast(np.ndarray, made)  # every grid has a cell
