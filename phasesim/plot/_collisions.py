"""Neurons that two features happen to share, against how many neurons there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.plot._curve import COLORS, log_ticks
from phasesim.plot._labels import axis_label, axis_symbol
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]

_MARKERS = "osv^D"


@dataclass(frozen=True)
class Collisions:
    """Polysemantic neurons by hidden size."""

    n_features: int
    """n."""
    n_hidden: NDArray[np.int64]
    """Ascending, shape (sizes,)."""
    ways: dict[str, dict[str, float]]
    """How it was trained, in words -> axis path -> value."""
    mean: dict[str, Array]
    """The same words -> mean count over seeds, shape (sizes,)."""
    error: dict[str, Array]
    """Standard error of each mean."""

    @property
    def expected(self) -> Array:
        """n²/(4m): pairs of features × P(same neuron) × P(opposite signs)."""
        return self.n_features**2 / (4 * self.n_hidden)


def prepare_collisions(result: Result, *, select: Mapping[str, Any] | None = None) -> Collisions:
    """Mean number of polysemantic neurons over seeds, for each way of training.

    Args:
        result: of a sweep over ``n_hidden``; each combination of its other axes is one way.
        select: last word of an axis path -> value held, which then is no part of a way.

    Returns:
        `Collisions`.

    Raises:
        UsageError: no axis n_hidden.

    Source:
        Lecomte et al. 2023, What Causes Polysemanticity?
    """
    index = result.select(**(select or {}))
    axes = [a for a, at in zip(result.sweep.axes, index, strict=True) if isinstance(at, slice)]
    place = [k for k, axis in enumerate(axes) if axis.path == "n_hidden"]
    if not place:
        raise UsageError("collisions are counted along n_hidden, which is not an axis")
    m = axes[place[0]].array()
    order = np.argsort(m)
    counts = result.metric("polysemantic_neurons")[index]
    counts = np.moveaxis(counts, place[0], -2)[..., order, :]
    others = [axis for axis in axes if axis.path != "n_hidden"]
    ways, mean, error = {}, {}, {}
    for at in np.ndindex(*counts.shape[:-2]):
        way = {axis.path: axis.values[i] for axis, i in zip(others, at, strict=True)}
        label = ", ".join(f"{axis_symbol(path)} {value:g}" for path, value in way.items())
        own = counts[at]
        ways[label], mean[label] = way, own.mean(axis=-1)
        error[label] = own.std(axis=-1, ddof=1) / np.sqrt(own.shape[-1])
    return Collisions(result.sweep.experiment.n_features, m[order], ways, mean, error)


def collisions(
    result: Result,
    *,
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    legend: bool = True,
) -> Axes:
    """Polysemantic neurons against hidden neurons, with n²/(4m).

    Args:
        result: as `prepare_collisions`.
        select: as `prepare_collisions`.
        ax: where to draw; new ones of one column's width if None.
        legend: name the ways of training.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_collisions`.

    Source:
        As `prepare_collisions`.
    """
    shown = prepare_collisions(result, select=select)
    with on_axes(ax) as ax:
        ax.plot(shown.n_hidden, shown.expected, "--", color="black", label="n²/(4m)")
        # apart, so that error bars of equal means are seen
        for k, (label, mean) in enumerate(shown.mean.items()):
            ax.errorbar(shown.n_hidden * 1.07 ** (k - 1), mean, shown.error[label], fmt=_MARKERS[k],
                        color=COLORS[k], markersize=3.5, linewidth=0.8, label=label)  # fmt: skip
        ax.set(xscale="log", ylabel="polysemantic neurons")
        ax.set_yscale("symlog", linthresh=1)
        ax.set_ylim(-0.2, 2 * float(np.max(shown.expected)))
        ax.set_xlabel(axis_label("n_hidden"), parse_math=False)
        log_ticks(ax.xaxis)
        ax.set_xticks(shown.n_hidden, minor=False)
        ax.yaxis.set_major_formatter("{x:g}")
        if legend:
            ax.legend()
    return ax
