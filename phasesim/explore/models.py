"""Single models: their weights, loss curves and snapshots, as far as they are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.experiment import curve_ends
from phasesim.explore.budget import Keep, thinned
from phasesim.explore.encode import array
from phasesim.explore.maps import Seeds, has_directions
from phasesim.percell import per_cell
from phasesim.result import Result
from phasesim.sweep import Sweep

Thin = Callable[[NDArray], dict[str, Any]]


class Models:
    """What a result holds of single models.

    Attributes:
        weights: numbers of W and b of one model; 0 without directions of features.
        curve: points of a loss curve.
        snapshots: recorded steps.
        per_cell: numbers that every cell has on the page: its size, its null loss.
    """

    def __init__(self, result: Result, seeds: Seeds) -> None:
        self._result, self._seeds = result, seeds
        self._lead = len(result.sweep.axes)
        stored = set(result.names())
        trained = type(result.sweep) is Sweep
        self.weights = 0
        if has_directions(result):
            m, n = result.stored("W").shape[-2:]
            self.weights = m * n + n
        self.curve = 0
        if trained and "loss_curve" in stored:
            self.curve = result.stored("loss_curve").shape[-1]
        self.snapshots = 0
        if self.weights and {"W_snapshot", "b_snapshot"} <= stored:
            self.snapshots = len(result.along("step"))
        # the steps of a curve are stored once where all cells have the same
        self._courses = any(a.path.split(".")[0] in ("n_steps", "record")
                            for a in result.sweep.axes)  # fmt: skip
        self.per_cell = (3 + self.curve * self._courses) if trained else 0

    def encoded(self, keep: Keep, thin: Thin) -> dict[str, Any]:
        """Arrays over (*axes of the cells that have weights, kept seed, …)."""
        made: dict[str, Any] = {"stride": keep.weight_stride, "every": keep.stride}
        if type(self._result.sweep) is not Sweep:
            return made
        sizes = per_cell(self._result.sweep, ("n_features", "n_hidden"),
                         lambda e: (e.n_features, e.n_hidden))  # fmt: skip
        made |= {"sizes": thin(sizes), "null": thin(self._result.null_loss)}
        kept = self._kept(keep)
        made["seeds"] = array(kept)
        if self.weights:
            made |= {name: array(self._taken(name, keep, kept)) for name in ("W", "b")}
        if keep.snapshots:
            at = thinned(self.snapshots, keep.snapshots)
            made["steps"] = self._result.along("step")[at].tolist()
            made |= {name: array(self._taken(name, keep, kept).take(at, axis=self._lead + 1))
                     for name in ("W_snapshot", "b_snapshot")}  # fmt: skip
        if keep.curve:
            made |= self._curves(keep, kept, thin)
        return made

    def _kept(self, keep: Keep) -> NDArray[np.intp]:
        """Numbers of the seeds that are kept in each cell, the best first."""
        trained = self._result.trained
        order = np.argsort(np.where(trained, self._seeds.loss, np.inf), axis=-1, kind="stable")
        if keep.seeds == self._result.sweep.n_seeds:
            order = np.broadcast_to(np.arange(keep.seeds), order.shape)
        return self._cells(order, keep)[..., : keep.seeds]

    def _cells(self, values: NDArray, keep: Keep) -> NDArray:
        return values[(slice(None, None, keep.stride * keep.weight_stride),) * self._lead]

    def _taken(self, name: str, keep: Keep, kept: NDArray[np.intp]) -> NDArray:
        values = self._cells(self._result.stored(name), keep)
        own = values.ndim - kept.ndim
        return np.take_along_axis(values, kept.reshape(*kept.shape, *[1] * own), axis=kept.ndim - 1)

    def _curves(self, keep: Keep, kept: NDArray[np.intp], thin: Thin) -> dict[str, Any]:
        """Losses over the null loss at the steps that end each point."""
        sweep = self._result.sweep

        def ends(experiment: Any) -> NDArray:
            own = np.array(curve_ends(experiment), float)
            return np.pad(own, (0, self.curve - len(own)), constant_values=np.nan)

        steps = per_cell(sweep, ("n_steps", "record"), ends)
        at = thinned(self.curve, keep.curve)
        unit = self._cells(self._result.null_loss, keep)[..., None, None]
        one = steps.reshape(-1, self.curve)[0]
        return {
            "curve": array(self._taken("loss_curve", keep, kept)[..., at] / unit),
            "curve_steps": thin(steps[..., at]) if self._courses else array(one[at]),
        }
