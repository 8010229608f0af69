"""Every feature's share of a dimension, against how sparse the inputs are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.plot._curve import along_density, prepare_curve
from phasesim.plot._style import on_axes
from phasesim.result import Result
from phasesim.theory import POLYTOPES, plateaus, polytope

Array = NDArray[np.float64]

#: of polytopes that features in uniform superposition form
GUIDES = tuple(map(Fraction, ("1", "3/4", "2/3", "1/2", "2/5", "3/8", "1/3")))
_SEED = 20220914


@dataclass(frozen=True)
class Scatter:
    """Of the models of each density."""

    density: Array
    """Falling, shape (levels,)."""
    dimensionality: Array
    """D_i, shape (levels, n)."""
    average: Array
    """D*, shape (levels,)."""
    expected: list[tuple[float, float, float]]
    """(low density, high density, D = d/k) of the polytope with the largest block gain."""


def prepare_dimensionality(
    result: Result, *, reduction: str = "best", select: Mapping[str, Any] | None = None
) -> Scatter:
    """Dimensionalities D_i and D* at each density, and the polytope that theory expects there.

    Args:
        result: as `dimensionality_scatter`.
        reduction: as `dimensionality_scatter`.
        select: as `dimensionality_scatter`.

    Returns:
        `Scatter`.

    Raises:
        UsageError: as `dimensionality_scatter`.

    Source:
        As `dimensionality_scatter`.
    """
    star = prepare_curve(result, "dimensions_per_feature", reduction=reduction, select=select)
    D = prepare_curve(result, "dimensionality", reduction=reduction, select=select)
    sparsest = float(np.min(D.density))
    expected = [(max(low, sparsest), high, d) for low, high, d in _theory() if high > sparsest]
    return Scatter(D.density, D.values[""], star.values[""], expected)


@cache
def _theory() -> list[tuple[float, float, float]]:
    """As `Scatter.expected`, of all densities; the same for every sweep."""
    sizes = {name: polytope(name).shape for name in POLYTOPES}
    return [(p.low, p.high, sizes[p.polytope][0] / sizes[p.polytope][1]) for p in plateaus()]


def dimensionality_scatter(
    result: Result,
    *,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A dot for the dimensionality D_i of every feature, moved sideways within its density.

    Grey lines are the dimensionalities d/k of polytopes; bars the one that gains most by theory
    (`phasesim.theory.plateaus`); the curve is D*, the model's dimensions per feature.

    Args:
        result: of a sweep over the density; more axes are held by ``select``.
        reduction: which seed is shown; D_i of a mean mean nothing.
        select: last word of an axis path -> value held.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_curve`.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Feature
        Dimensionality"; the block gain is our own.
    """
    shown = prepare_dimensionality(result, reduction=reduction, select=select)
    levels, n = shown.dimensionality.shape
    # at most 0.4 of the way to the next density
    step = np.log(shown.density[0] / shown.density[-1]) / max(levels - 1, 1)
    move = np.random.default_rng(_SEED).uniform(-0.4 * step, 0.4 * step, (levels, n))
    x = 1 / shown.density[:, None] * np.exp(move)
    with on_axes(ax, height=3.0) as ax:
        for guide in GUIDES:
            ax.axhline(float(guide), color="0.8", linewidth=0.6, zorder=0)
            # too close to 3/8 for their labels
            away = {Fraction("2/5"): 3, Fraction("1/3"): -3}.get(guide, 0)
            ax.annotate(str(guide), (1, float(guide)), (2, away), va="center", fontsize=6,
                        xycoords=("axes fraction", "data"),
                        textcoords="offset points")  # fmt: skip
        ax.scatter(x, shown.dimensionality, s=3, color="#0072B2", alpha=0.45, linewidth=0,
                   rasterized=True, label="D_i of each feature")  # fmt: skip
        for low, high, value in shown.expected:
            ax.plot([1 / high, 1 / low], [value, value], color="#E69F00", linewidth=5, alpha=0.5,
                    solid_capstyle="butt", zorder=0, label="largest block gain")  # fmt: skip
        ax.plot(1 / shown.density, shown.average, "-", color="#D55E00", label="D* of the model")
        along_density(ax, shown.density, margin=0.6 * step)
        ax.set(ylim=(-0.03, 1.1))
        ax.set_ylabel("dimensionality")
        handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        ax.legend(handles.values(), handles.keys(), loc="upper right", bbox_to_anchor=(1, 0.9))
    return ax
