"""The lines at which the last feature changes its phase, by the paper and in truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import matplotlib.patheffects
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.plot._grid import Grid, grid
from phasesim.plot._theory import check_covered, density_and_ratio
from phasesim.result import Result
from phasesim.theory import (
    boundary,
    optimum_grid,
    paper_boundary,
    phase_candidates,
    phase_of_candidates,
)

Array = NDArray[np.float64]

# towards ratio 1 the true boundary steepens; at 1 itself features are equal and have none
_NEAR_ONE = np.array([0.85, 0.9, 0.95, 0.98, 0.995])
_AT_ONE = np.array([0.995, 1 / 0.995])
_LINES: dict[str, dict[str, Any]] = {
    "true": {"label": "true optimum", "linestyle": "-"},
    "paper": {"label": "paper's candidates", "linestyle": (0, (3, 1.6))},
}


@dataclass(frozen=True)
class Boundaries:
    """Lines as points (ratio, density), shape (points, 2); a row of NaN interrupts a line."""

    paper: Array
    """Closed form of the cheapest of the paper's candidates."""
    true: Array
    """Where, in the true optimum, the norm (the overlap, for ratio > 1) is 1/2."""


def prepare_boundaries(
    result: Result, *, select: Mapping[str, Any] | None = None, n_ratios: int = 25
) -> Boundaries:
    """Phase boundaries of the last feature over the ratios of a density × ratio diagram.

    For n = 2 this takes about 5 s; for n = 3 minutes. It is computed once a process.

    Args:
        result: its sweep must be covered by the theory; trained weights are not used.
        select: values of further axes, as in `phase_diagram`.
        n_ratios: log-spaced ratios of the true boundary, to which some near 1 are added.

    Returns:
        `Boundaries`.

    Raises:
        UsageError: the theory does not cover the experiment.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", for
        the paper's boundary; the true one is our own.
    """
    return boundaries_of(grid(result, select), n_ratios)


def boundaries_of(sides: Grid, n_ratios: int = 25) -> Boundaries:
    """As `prepare_boundaries`, of a grid."""
    check_covered(sides)
    density, ratio = density_and_ratio(sides)
    e = sides.experiment
    low, high = (float(f(ratio.edges)) for f in (np.min, np.max))
    # a linear axis may begin at 0, where nothing changes
    low = max(low, 1e-3)
    return _lines(e.n_features, e.n_hidden, low, high, float(np.min(density.edges)), n_ratios)


@lru_cache(maxsize=4)
def _lines(n: int, m: int, low: float, high: float, sparsest: float, n_ratios: int) -> Boundaries:
    def candidates(p: Array, r: Array) -> NDArray:
        return phase_of_candidates(phase_candidates(n, m, density=p, ratio=r))

    def optimum(p: Array, r: Array) -> NDArray:
        importance = np.stack(np.broadcast_arrays(*[np.ones_like(r)] * (n - 1), r), axis=-1)
        return optimum_grid(n, m, density=p, importance=importance).phase[..., -1]

    fine, coarse = (_ratios(low, high, size) for size in (201, n_ratios))
    levels = np.append(np.geomspace(min(sparsest, 0.1), 0.45, 10), np.linspace(0.5, 1.0, 26))
    paper = [paper_boundary(n, m, float(r)) for r in fine]
    true = [boundary(n, m, float(r)).density_half for r in coarse]
    return Boundaries(
        _line(fine, paper, _jump_at_one(candidates, levels), low < 1 < high),
        _line(coarse, true, _jump_at_one(optimum, levels), low < 1 < high),
    )


def _ratios(low: float, high: float, size: int) -> Array:
    near = np.concatenate([_NEAR_ONE, 1 / _NEAR_ONE])
    ratios = np.concatenate([np.geomspace(low, high, size), near[(near > low) & (near < high)]])
    return np.unique(ratios[np.abs(np.log(ratios)) > 1e-4])


def _jump_at_one(phase: Callable[[Array, Array], NDArray], density: Array) -> Array:
    """Densities, NaN where the phase is the same on both sides of ratio 1."""
    found = phase(density[:, None], _AT_ONE[None])
    return np.where(found[:, 0] != found[:, 1], density, np.nan)


def _line(ratio: Array, density: list, jump: Array, vertical: bool) -> Array:
    curve = np.stack([ratio, np.array(density, dtype=float)], axis=1)
    if not vertical:
        return curve
    return np.concatenate([curve, [[np.nan, np.nan]], np.stack([np.ones_like(jump), jump], 1)])


def draw_boundaries(ax: Axes, lines: Boundaries, sides: Grid) -> None:
    """Both boundaries as labelled lines with a white halo."""
    halo = [matplotlib.patheffects.withStroke(linewidth=2.0, foreground="white")]
    upward = density_and_ratio(sides)[0] is sides.y
    for name, look in _LINES.items():
        ratio, density = getattr(lines, name).T
        x, y = (ratio, density) if upward else (density, ratio)
        ax.plot(x, y, color="black", linewidth=1.0, path_effects=halo, scalex=False,
                scaley=False, **look)  # fmt: skip
