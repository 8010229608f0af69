"""What a phase diagram shows of trained models, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.plot._grid import Grid, grid
from phasesim.plot._palette import phase_colors
from phasesim.reductions import AVERAGES
from phasesim.result import Result
from phasesim.status import Status

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class PhaseDiagram:
    """Arrays of shape (y, x), both ascending."""

    grid: Grid
    """The two axes."""
    norm: Array
    """‖W_i‖; NaN without a trained model."""
    superposition: Array
    """Σ_j≠i (Ŵ_i·W_j)²; NaN without a trained model."""
    colors: Array
    """sRGB, shape (y, x, 3)."""
    failed: Mask
    """No trained model to show: the seeds ran, and failed."""
    not_run: Mask
    """No trained model to show yet."""
    moving: Mask
    """The loss of the model shown was still changing when training ended."""
    n_done: int
    """Models with a result, failed ones included."""
    n_models: int
    """Models of the diagram, all seeds."""

    @property
    def notes(self) -> list[str]:
        """What is missing, in words; empty where nothing is."""
        words = []
        if self.n_done < self.n_models:
            words.append(f"{self.n_done:,} of {self.n_models:,} models done")
        if self.failed.any():
            words.append(f"{_cells(self.failed)} failed")
        if self.moving.any():
            words.append(f"{_cells(self.moving)} undertrained")
        return words


def prepare_phase_diagram(
    result: Result,
    *,
    feature: int = -1,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    palette: str = "okabe_ito",
) -> PhaseDiagram:
    """Norm and superposition of one feature over two axes, and which cells are not to be trusted.

    Args:
        result: as `phase_diagram`.
        feature: as `phase_diagram`.
        reduction: as `phase_diagram`.
        select: as `phase_diagram`.
        palette: as `phase_diagram`.

    Returns:
        `PhaseDiagram`.

    Raises:
        UsageError: as `phase_diagram`.

    Source:
        As `phase_diagram`.
    """
    sides = grid(result, select)
    norm, shared = (
        sides.take(_of_feature(result.metric(name, reduction), feature, result))
        for name in ("feature_norm", "superposition")
    )
    status = sides.take(result.status)
    not_run = status == Status.not_run
    if reduction in AVERAGES:
        shown = _trained(status).any(axis=-1)
        moving = (sides.take(moving_models(result)) & _trained(status)).any(axis=-1)
    else:
        shown = _trained(sides.take(result.metric("status", reduction)))
        moving = sides.take(moving_models(result, reduction))
    waiting = ~shown & not_run.any(axis=-1)
    norm, shared = (np.where(shown, v, np.nan) for v in (norm, shared))
    return PhaseDiagram(
        sides, norm, shared, phase_colors(norm, shared, palette=palette),
        failed=~shown & ~waiting, not_run=waiting, moving=np.logical_and(shown, moving),
        n_done=int(np.count_nonzero(~not_run)), n_models=status.size,
    )  # fmt: skip


def _trained(status: NDArray) -> Mask:
    return np.isin(status, [Status.ok, Status.not_converged])


def moving_models(result: Result, reduction: str | None = None) -> Mask:
    """Which models were stopped on their way, (*axes, seed), or of a reduction."""
    return result.metric("undertrained", reduction)


def _of_feature(values: Array, feature: int, result: Result) -> Array:
    """(*axes, feature) -> (*axes), counted from each cell's own last feature if negative."""
    sizes = np.full(values.shape[:-1], result.sweep.experiment.n_features)
    for k, axis in enumerate(result.sweep.axes):
        if axis.path == "n_features":
            sizes[:] = axis.array().reshape([-1 if d == k else 1 for d in range(sizes.ndim)])
    at = np.where(feature < 0, sizes + feature, feature)
    if np.any((at < 0) | (at >= sizes)):
        raise UsageError(f"feature {feature}: found {sizes.min()} features in a cell")
    return np.take_along_axis(values, at[..., None], axis=-1)[..., 0]


def _cells(mask: Mask) -> str:
    count = int(np.count_nonzero(mask))
    return f"{count:,} cell" + ("s" if count != 1 else "")
