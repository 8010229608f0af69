"""How the loss of one cell fell during training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.experiment import curve_ends
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]


def prepare_loss_curve(result: Result, *, cell: Sequence[int]) -> tuple[Array, Array]:
    """Steps, and the batch loss of every seed over the null loss.

    Args:
        result: of a sweep that recorded loss curves.
        cell: grid index, one integer an axis.

    Returns:
        Steps at which a mean over the steps before it was taken, shape (points,), and the
        means, dimensionless, shape (seeds, points).

    Raises:
        UsageError: no curves are stored, or ``cell`` is not an index of one cell.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Experiment Setup", for the loss.
    """
    cell = tuple(int(i) for i in cell)
    shape = result.sweep.shape
    if len(cell) != len(shape) or any(not -n <= i < n for i, n in zip(cell, shape, strict=True)):
        raise UsageError(f"cell: found {cell}, expected an index into the grid of shape {shape}")
    experiment = result.experiment(cell)
    # cells of fewer steps than the longest one are padded behind their own points
    steps = np.array(curve_ends(experiment))
    curves = np.asarray(result.stored("loss_curve")[cell], dtype=float)[:, : len(steps)]
    return steps, curves / experiment.null_loss()


def loss_curve(result: Result, *, cell: Sequence[int], ax: Axes | None = None) -> Axes:
    """Batch loss over the null loss against the step, one line a seed of one cell.

    The seed with the smallest loss on the evaluation sample is drawn thick. Values above 1 are
    worse than a constant output.

    Args:
        result: of a sweep that recorded loss curves.
        cell: grid index, one integer an axis.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: no curves are stored, or ``cell`` is not an index of one cell.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Experiment Setup", for the loss.
    """
    steps, curves = prepare_loss_curve(result, cell=cell)
    losses = result.loss[tuple(cell)]
    best = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
    with on_axes(ax, height=2.0) as ax:
        others = np.delete(curves, best, axis=0)
        if len(others):
            lines = ax.plot(steps, others.T, color="#56B4E9", linewidth=0.6)
            lines[0].set_label("other seeds")
        ax.plot(steps, curves[best], color="#0072B2", linewidth=1.5, label=f"best seed ({best})")
        ax.axhline(1.0, color="0.4", linewidth=0.6, linestyle=":", label="constant output")
        ax.set(xlabel="step", ylabel="loss / null loss", yscale="log")
        values = [f"{a.path.rsplit('.', 1)[-1]} = {a.values[i]:.3g}" if isinstance(
                  a.values[i], int | float) else f"{a.path} = {a.values[i]}"
                  for a, i in zip(result.sweep.axes, cell, strict=True)]  # fmt: skip
        ax.set_title(", ".join(values), parse_math=False)
        ax.legend()
    return ax
