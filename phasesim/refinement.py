"""A finer grid where trained models change their phase."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from phasesim.axes import Axis
from phasesim.errors import UsageError
from phasesim.fingerprint import code_identity, contains, differing_fields
from phasesim.metrics._phases import Phase
from phasesim.paths import spec_at
from phasesim.result import Result
from phasesim.status import Status
from phasesim.sweep import Sweep

#: a refined sweep has at most so many times as many models, whatever its number of axes
GROWTH = 4.0


def refine(sweep: Sweep, result: Result, *, growth: float = GROWTH) -> Sweep:
    """The sweep with further axis values between neighbours of different phase.

    A grid is the product of its axes, so that a value inserted is inserted for all cells along
    it. Between two neighbouring values of an axis of floats their mean is inserted (the geometric
    one where the axis is geometric) if, anywhere along the other axes, the phase of some feature
    in the best seed differs between them. Where all of these would make more than ``growth``
    times as many models, intervals with the most changes come first.

    Args:
        sweep: the grid to refine.
        result: its trained models, or those of a sweep that contains it.
        growth: bound on the number of models, relative to ``sweep``.

    Returns:
        A `Sweep` that contains ``sweep``; equal to it where no phase changes.

    Raises:
        UsageError: the result is not of this sweep, or models of it are not trained yet; growth
            below 1.

    Reference:
        Berger & Oliger 1984, Adaptive mesh refinement, for the idea.

    >>> import phasesim as ps
    >>> digon = ps.initializers.k_gon(k=2, std=0.0)
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=0, init=digon)
    >>> sweep = ps.Sweep(experiment, axes=[ps.values("init.radius", [0.25, 0.375, 0.625])])
    >>> refine(sweep, ps.run(sweep)).axes[0].values
    (0.25, 0.375, 0.5, 0.625)
    """
    if not growth >= 1:
        raise UsageError(f"growth: found {growth}, expected a number of at least 1")
    phase = _phases(sweep, result)
    chosen: list[list[float]] = [[] for _ in sweep.axes]
    for _, at, middle in sorted(_candidates(sweep, phase)):
        chosen[at].append(middle)
        if _cells(sweep, chosen) > growth * sweep.n_cells:
            chosen[at].pop()
    axes = [a.insert(sorted(m)) if m else a for a, m in zip(sweep.axes, chosen, strict=True)]
    return Sweep(sweep.experiment, axes, sweep.n_seeds, sweep.seed, sweep.name)


def holds(result: Result, sweep: Sweep) -> bool:
    """Whether every model of a sweep is trained in a result, of it or of one that contains it."""
    own = result.sweep
    if differing_fields(sweep, own, code_identity(sweep)) or not contains(own, sweep):
        return False
    status = _taken(result.status, sweep, own)[..., : sweep.n_seeds]
    return not np.any(status == Status.not_run)


def _phases(sweep: Sweep, result: Result) -> NDArray:
    """Phase of each feature in the best seed of each cell of the sweep, (*axes, feature)."""
    if not holds(result, sweep):
        raise UsageError("refine: expected the result of this sweep, all of its models trained")
    return _taken(result.metric("phase", "best"), sweep, result.sweep)


def _taken(values: NDArray, sweep: Sweep, larger: Sweep) -> NDArray:
    """(*axes of a sweep that contains this one, …) -> (*axes of this one, …)."""
    for at, (part, whole) in enumerate(zip(sweep.axes, larger.axes, strict=True)):
        values = np.take(values, [whole.values.index(v) for v in part.values], axis=at)
    return values


def _candidates(sweep: Sweep, phase: NDArray) -> list[tuple[int, int, float]]:
    """(-changes, axis, mean) of each interval of an axis of floats whose ends differ in phase."""
    first, found = sweep.at((0,) * len(sweep.axes)), []
    for at, axis in enumerate(sweep.axes):
        if spec_at(first, axis.path).role != "swept":
            continue
        order = np.argsort(axis.array())
        along, values = np.moveaxis(phase, at, 0)[order], axis.array()[order]
        # a cell without a trained model says nothing about a boundary
        known = (along[1:] != Phase.UNDEFINED) & (along[:-1] != Phase.UNDEFINED)
        changed = np.any(known & (along[1:] != along[:-1]), axis=-1)
        counts = np.count_nonzero(changed.reshape(len(changed), -1), axis=1)
        for k in np.flatnonzero(counts):
            middle = _middle(axis, float(values[k]), float(values[k + 1]))
            # neighbouring float32 numbers have none between them
            if values[k] < middle < values[k + 1]:
                found.append((-int(counts[k]), at, middle))
    return found


def _middle(axis: Axis, low: float, high: float) -> float:
    middle = math.sqrt(low * high) if axis.log else (low + high) / 2
    return float(np.float32(middle))


def _cells(sweep: Sweep, chosen: list[list[float]]) -> int:
    return math.prod(n + len(more) for n, more in zip(sweep.shape, chosen, strict=True))
