"""How the loss of many models falls through levels that theory knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.experiment import curve_ends
from phasesim.plot._style import on_axes
from phasesim.result import Result
from phasesim.theory import k_gon_levels

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LossLevels:
    """Loss curves of the seeds of one cell, and the levels of k-gons."""

    steps: Array
    """(points,)."""
    loss: Array
    """Summed over features, (seeds, points)."""
    levels: dict[str, float]
    """Name of the k-gon -> its loss."""

    @property
    def slope(self) -> Array:
        """-Δ log L / Δ log step since the point before, (seeds, points); 0 at the first."""
        fall = -np.diff(np.log(np.maximum(self.loss, 1e-30)), axis=1)
        return np.pad(fall / np.diff(np.log(self.steps)), ((0, 0), (1, 0)))

    @property
    def nearest(self) -> Array:
        """Distance of each loss from the level nearest to it, (seeds, points)."""
        return np.abs(self.loss[..., None] - np.array([*self.levels.values()])).min(axis=-1)


def prepare_levels(result: Result) -> LossLevels:
    """Loss curves of all seeds, and the losses of the k-gons.

    Args:
        result: as `levels`.

    Returns:
        `LossLevels`; of more than one cell, the curves of all of them.

    Raises:
        UsageError: no curves are stored.

    Source:
        As `levels`.
    """
    experiment = result.experiment([0] * len(result.sweep.axes))
    steps = np.array(curve_ends(experiment), dtype=float)
    loss = np.asarray(result.stored("loss_curve"), dtype=float)[..., : len(steps)]
    return LossLevels(steps, loss.reshape(-1, len(steps)), k_gon_levels(experiment.n_features))


def levels(result: Result, *, ax: Axes | None = None) -> Axes:
    """Loss against the step, one line a seed, over the levels of k-gons.

    Args:
        result: of one cell that recorded loss curves, one feature active at a time.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Source:
        Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model, section 3.
    """
    shown = prepare_levels(result)
    with on_axes(ax) as ax:
        for name, level in shown.levels.items():
            ax.axhline(level, color="0.75", linewidth=0.6, zorder=0)
            ax.annotate(name, (1, level), xycoords=("axes fraction", "data"), xytext=(3, 0),
                        textcoords="offset points", va="center", fontsize=6)  # fmt: skip
        ax.plot(shown.steps, shown.loss.T, color="#0072B2", linewidth=0.6, alpha=0.6)
        low, high = min(shown.levels.values()), max(shown.levels.values())
        ax.set(xscale="log", xlabel="step", ylabel="loss", ylim=(0.9 * low, 1.08 * high))
    return ax
