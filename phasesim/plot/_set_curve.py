"""How features that are active together move together, against how sparse they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from phasesim.metrics._columns import NORM_FLOOR
from phasesim.plot._curve import COLORS, along_density, prepare_curve
from phasesim.plot._sets import Sets, prepare_overlap
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]

_MARKERS = "ox^sv*"


@dataclass(frozen=True)
class MateCurve:
    """Cosines of mates along the density axis."""

    density: Array
    """Falling, shape (levels,)."""
    values: dict[str, Array]
    """Label of each line -> cosine of each set's mates, ascending, shape (levels, sets)."""


def prepare_mate_curve(
    result: Result, *, reduction: str = "best", select: Mapping[str, Any] | None = None
) -> MateCurve:
    """Cosine of the two features of each set that overlap most.

    Args:
        result: of a sweep over the density, and at most one more axis.
        reduction: which seed is shown; cosines of a mean mean nothing.
        select: where the sweep has more axes, last word of an axis path -> value held.

    Returns:
        `MateCurve`; NaN where the members of a set are not correlated, as for density 1.

    Raises:
        UsageError: as `prepare_curve`.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
    """
    found = prepare_curve(result, "W", reduction=reduction, select=select)
    related = [_related(result, p) for p in found.density]
    values = {}
    for label, W in found.values.items():
        overlap = prepare_overlap(W, sets=sets_of(result), least=NORM_FLOOR)
        cosine = np.sort(overlap.within, axis=-1)
        values[label] = np.where(np.array(related)[:, None], cosine, np.nan)
    return MateCurve(found.density, values)


def sets_of(result: Result) -> Sets:
    """The sets of dependent features of a sweep's experiment."""
    e = result.sweep.experiment
    return e.distribution.groups(e.n_features)


def mate_curve(
    result: Result,
    *,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Cosine of the mates of every set against 1/(1 - S) as markers, and their mean as a line.

    Args:
        result: as `prepare_mate_curve`.
        reduction: as `prepare_mate_curve`.
        select: as `prepare_mate_curve`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_mate_curve`.

    Source:
        As `prepare_mate_curve`.
    """
    shown = prepare_mate_curve(result, reduction=reduction, select=select)
    with on_axes(ax) as ax:
        for level in (0, 0.5, 1):
            ax.axhline(level, color="0.85", linewidth=0.6, zorder=0)
        for k, (label, values) in enumerate(shown.values.items()):
            color, x = COLORS[k % len(COLORS)], 1 / shown.density
            ax.plot(x, np.mean(values, axis=-1), color=color, linewidth=0.8)
            ax.plot(np.broadcast_to(x[:, None], values.shape), values, linestyle="none",
                    marker=_MARKERS[k % len(_MARKERS)], markersize=4, fillstyle="none",
                    color=color, label=label or "one set")  # fmt: skip
        along_density(ax, shown.density)
        ax.set_ylabel("cosine of mates")
        handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        handles["mean over sets"] = Line2D([], [], color="0.4", linewidth=0.8)
        ax.legend(handles.values(), handles.keys())
    return ax


def _related(result: Result, density: float) -> bool:
    """Whether members of the first set are correlated, beyond rounding."""
    law = result.sweep.experiment.distribution.replace(density=float(density))
    n = result.sweep.experiment.n_features
    first = sets_of(result)[0]
    covariance = np.asarray(law.covariance(n))[np.ix_(first, first)]
    apart = covariance[~np.eye(len(first), dtype=bool)]
    return bool(np.any(np.abs(apart) > 1e-6 * covariance[0, 0]))
