"""What a way of training makes of packing: maps over n/m and its strength."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim import registry
from phasesim.errors import UsageError
from phasesim.plot._labels import axis_label
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]

_SIZE = "n_features"


@dataclass(frozen=True)
class ControlMap:
    """A metric over how crowded a model is and how strongly something acts on it."""

    path: str
    """Dotted path of the strength."""
    strength: Array
    """Ascending, shape (strengths,)."""
    crowd: Array
    """n/m, ascending, shape (sizes,)."""
    values: Array
    """(sizes, strengths)."""


def prepare_control_map(
    result: Result, metric: str, *, reduction: str | None = "mean"
) -> ControlMap:
    """A metric over how crowded a model is and how strongly something acts on it.

    Args:
        result: as `control_map`.
        metric: as `control_map`.
        reduction: as `control_map`; None keeps the seeds, as last dimension of the values.

    Returns:
        `ControlMap`.

    Raises:
        UsageError: as `control_map`, or no such metric.
    """
    paths = [*result.coords]
    if len(paths) != 2 or _SIZE not in paths:
        raise UsageError(f"axes: found {paths}, expected '{_SIZE}' and one more")
    place = paths.index(_SIZE)
    path = paths[1 - place]
    size, strength = result.coords[_SIZE], result.coords[path].astype(float)
    rows, columns = np.argsort(size), np.argsort(strength)
    values = np.moveaxis(np.asarray(result.metric(metric, reduction), dtype=float), place, 0)
    crowd = size[rows] / result.sweep.experiment.n_hidden
    return ControlMap(path, strength[columns], crowd, values[rows][:, columns])


def control_map(
    result: Result,
    metric: str,
    *,
    low: float,
    high: float,
    title: str,
    reduction: str = "mean",
    ax: Axes | None = None,
) -> Axes:
    """Map of a metric, strengths to the right and n/m upward, all cells of one size.

    Args:
        result: over ``n_features`` and one more axis.
        metric: one without dimensions of its own.
        low: lower end of the colours.
        high: upper end.
        title: above the map.
        reduction: best, worst, mean or mean_minus_worst over seeds.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: other axes.
    """
    shown = prepare_control_map(result, metric, reduction=reduction)
    with on_axes(ax) as ax:
        image = ax.imshow(shown.values, origin="lower", aspect="auto", cmap="cividis", vmin=low,
                          vmax=high, interpolation="nearest")  # fmt: skip
        for at, value in np.ndenumerate(shown.values):
            dark = value < (low + high) / 2
            text = f"{round(value, 3) + 0:.2g}"
            ax.text(at[1], at[0], text, ha="center", va="center", fontsize=5,
                    color="white" if dark else "black")  # fmt: skip
        ax.set_xticks(range(len(shown.strength)), [f"{v:g}" for v in shown.strength])
        ax.set_yticks(range(len(shown.crowd)), [f"{v:g}" for v in shown.crowd])
        ax.set(ylabel="n/m", title=title)
        ax.set_xlabel(axis_label(shown.path), parse_math=False)
        bar = ax.figure.colorbar(image, ax=ax, aspect=25)
        bar.set_label(registry.get("metric", metric).spec.label, fontsize="small")
    return ax
