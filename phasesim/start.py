"""Start weights taken from another store, for ``init = from_store``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from phasesim.errors import ConfigError
from phasesim.initializers.from_store import from_store
from phasesim.result import Result, open_result
from phasesim.sweep import Sweep

Starts = Callable[[np.ndarray, int], Any]


def starts_of(sweep: Sweep) -> Starts | None:
    """(flat cells, replica) -> start parameters, or None where nothing comes from a store.

    Raises:
        ConfigError: the store's models do not fit.
    """
    init = sweep.experiment.init
    if not isinstance(init, from_store):
        return None
    source = open_result(Path(init.path))
    _check(sweep, source)
    positions = _positions(sweep, source)
    flat = {n: a.reshape(-1, *a.shape[len(source.shape) - 1 :]) for n, a in source.params().items()}

    def starts(cells: np.ndarray, replica: int) -> Any:
        picked = {n: a[positions[cells], replica % a.shape[1]] for n, a in flat.items()}
        return _tree(picked)

    return starts


def _check(sweep: Sweep, source: Result) -> None:
    own, other = sweep.experiment, source.sweep.experiment
    static = {a.path for s in (sweep, source.sweep) for a in s.axes}
    for name in ("n_features", "n_hidden", "model"):
        if name in static:
            raise ConfigError(f"init.path: {name}", "is an axis", expected="one size and model")
        if getattr(own, name) != getattr(other, name):
            raise ConfigError(
                f"init.path: {name}",
                f"found {getattr(other, name)} in the store",
                expected=f"{getattr(own, name)}",
            )


def _positions(sweep: Sweep, source: Result) -> np.ndarray:
    """For each cell of the sweep, the flat cell of the store with the same axis values."""
    grid = np.indices(sweep.shape).reshape(len(sweep.axes), -1)
    paths = [a.path for a in sweep.axes]
    index: list[np.ndarray] = []
    for axis in source.sweep.axes:
        if axis.path not in paths:
            if len(axis.values) > 1:
                raise ConfigError(
                    f"init.path: {axis.path}", "is an axis of the store", expected="it on both"
                )
            index.append(np.zeros(sweep.n_cells, int))
            continue
        own = sweep.axes[paths.index(axis.path)]
        missing = [v for v in own.values if v not in axis.values]
        if missing:
            raise ConfigError(f"init.path: {axis.path}", f"the store has no value {missing[0]}")
        lookup = np.array([axis.values.index(v) for v in own.values])
        index.append(lookup[grid[paths.index(axis.path)]])
    if not index:
        return np.zeros(sweep.n_cells, int)
    return np.ravel_multi_index(index, source.sweep.shape)


def _tree(named: dict[str, np.ndarray]) -> dict[str, Any]:
    """Dotted names back to nested tables."""
    tree: dict[str, Any] = {}
    for name, values in named.items():
        *parents, last = name.split(".")
        node = tree
        for word in parents:
            node = node.setdefault(word, {})
        node[last] = values
    return tree
