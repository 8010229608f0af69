"""The two axes of a diagram: which they are, their order, and the edges of their cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.axes import Axis, shortest
from phasesim.errors import UsageError
from phasesim.experiment import Experiment
from phasesim.result import Result
from phasesim.store import axis_names

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GridAxis:
    """One side of a diagram."""

    path: str
    values: Array
    """Ascending, shape (size,)."""
    edges: Array
    """Between the cells and at both ends, shape (size + 1,)."""
    log: bool
    """Whether the axis was written as ``geomspace``."""
    order: NDArray[np.intp]
    """What sorts the axis of the sweep."""


@dataclass(frozen=True)
class Grid:
    """Two free axes of a sweep: the first upward, the second to the right."""

    y: GridAxis
    x: GridAxis
    index: tuple
    """Into the axes of the sweep: a full slice for a free one."""
    experiment: Experiment
    """That of one cell; all others differ from it only along the two axes."""

    def take(self, values: NDArray) -> NDArray:
        """(*axes of the sweep, …) -> (y, x, …), both ascending."""
        return values[self.index][self.y.order][:, self.x.order]


def grid(result: Result, select: Mapping[str, Any] | None = None) -> Grid:
    """The grid left free when the other axes are held at selected values.

    Args:
        result: of a sweep with at least two axes.
        select: last word of an axis path -> the value to hold it at.

    Raises:
        UsageError: not exactly two axes stay free, or one of them is not numeric.
    """
    axes = result.sweep.axes
    index = result.select(**(select or {}))
    free = [axis for axis, at in zip(axes, index, strict=True) if isinstance(at, slice)]
    if len(free) != 2:
        raise UsageError(_not_two(axes, free))
    for axis in free:
        if isinstance(axis.values[0], str):
            raise UsageError(f"{axis.path} is an axis of names, a diagram needs numbers: "
                             f"select={{'{axis_names([axis.path])[0]}': …}} holds it")  # fmt: skip
    cell = [0 if isinstance(at, slice) else at for at in index]
    return Grid(_side(free[0]), _side(free[1]), index, result.experiment(cell))


def _not_two(axes: tuple[Axis, ...], free: list[Axis]) -> str:
    found = f"a phase diagram shows two axes, found {len(free)}"
    if len(free) < 2:
        return found
    name = axis_names([a.path for a in axes])[axes.index(free[-1])]
    listed = ", ".join(axis.path for axis in free)
    value = shortest(free[-1].values[0])
    return f"{found} ({listed}): select={{'{name}': {value!r}}} holds one of them"


def _side(axis: Axis) -> GridAxis:
    values = axis.array().astype(float)
    order = np.argsort(values)
    values = values[order]
    log = axis.log
    return GridAxis(axis.path, values, cell_edges(values, log=log), log, order)


def cell_edges(values: Array, *, log: bool) -> Array:
    """Edges half-way between neighbours (their geometric mean if log), mirrored at the ends.

    >>> cell_edges(np.array([1.0, 10.0, 100.0]), log=True).round(3).tolist()
    [0.316, 3.162, 31.623, 316.228]
    """
    at = np.log(values) if log else values
    middle = (at[1:] + at[:-1]) / 2
    first, last = (at[0] - 0.5, at[0] + 0.5) if len(at) == 1 else (
        2 * at[0] - middle[0], 2 * at[-1] - middle[-1])  # fmt: skip
    edges = np.concatenate([[first], middle, [last]])
    return np.exp(edges) if log else edges
