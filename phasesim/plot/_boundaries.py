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

from phasesim.errors import UsageError
from phasesim.plot._grid import Grid, grid
from phasesim.plot._theory import check_covered, density_and_ratio
from phasesim.result import Result
from phasesim.theory import (
    boundary,
    optimum_grid,
    paper_boundary,
    phase_candidates,
    phase_of_candidates,
    spinodal,
)

Array = NDArray[np.float64]

# towards ratio 1 the true boundary steepens; at 1 itself features are equal and have none
_NEAR_ONE = np.array([0.85, 0.9, 0.95, 0.98, 0.995])
_AT_ONE = np.array([0.995, 1 / 0.995])
_LINES: dict[str, dict[str, Any]] = {
    "true": {"label": "true optimum", "linestyle": "-"},
    "paper": {"label": "paper's candidates", "linestyle": (0, (3, 1.6))},
    "spinodal": {"label": "spinodal of ignoring", "linestyle": (0, (1, 1))},
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
    return _lines(*_extent(sides), n_ratios)


def paper_line(sides: Grid) -> Array:
    """`Boundaries.paper` alone, which takes no time."""
    return _paper(*_extent(sides))


@lru_cache(maxsize=4)
def _lines(n: int, m: int, low: float, high: float, sparsest: float, n_ratios: int) -> Boundaries:
    def optimum(p: Array, r: Array) -> NDArray:
        importance = np.stack(np.broadcast_arrays(*[np.ones_like(r)] * (n - 1), r), axis=-1)
        return optimum_grid(n, m, density=p, importance=importance).phase[..., -1]

    ratio = _ratios(low, high, n_ratios)
    density = [boundary(n, m, float(r)).density_half for r in ratio]
    true = _line(ratio, density, _jump_at_one(optimum, _levels(sparsest)), low < 1 < high)
    return Boundaries(_paper(n, m, low, high, sparsest), true)


def spinodal_line(sides: Grid) -> Array:
    """Where, below the true boundary, the lesser of two features can no longer be ignored.

    Points (ratio, density), shape (points, 2).

    Raises:
        UsageError: the diagram is not of two features and one hidden dimension.
    """
    n, m, low, high, _ = _extent(sides)
    if (n, m) != (2, 1):
        raise UsageError(f"spinodal: found n = {n}, m = {m}, expected n = 2, m = 1")
    ratio = _ratios(low, high, 101)
    return np.stack([ratio, [spinodal(float(r)) for r in ratio]], axis=1)


def _paper(n: int, m: int, low: float, high: float, sparsest: float) -> Array:
    def candidates(p: Array, r: Array) -> NDArray:
        return phase_of_candidates(phase_candidates(n, m, density=p, ratio=r))

    ratio = _ratios(low, high, 201)
    density = [paper_boundary(n, m, float(r)) for r in ratio]
    return _line(ratio, density, _jump_at_one(candidates, _levels(sparsest)), low < 1 < high)


def _extent(sides: Grid) -> tuple[int, int, float, float, float]:
    """n, m, the smallest and largest ratio, and the smallest density of a diagram."""
    check_covered(sides)
    density, ratio = density_and_ratio(sides)
    e = sides.experiment
    low, high = (float(f(ratio.edges)) for f in (np.min, np.max))
    sparsest = float(np.min(density.edges))
    # the edge of a linear axis may lie at 0 or below, where nothing changes
    return e.n_features, e.n_hidden, max(low, 1e-3), high, max(sparsest, 1e-4)


def _levels(sparsest: float) -> Array:
    return np.append(np.geomspace(min(sparsest, 0.1), 0.45, 10), np.linspace(0.5, 1.0, 26))


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
    for name in ("true", "paper"):
        draw_line(ax, getattr(lines, name), sides, name)


def draw_line(ax: Axes, line: Array, sides: Grid, name: str) -> None:
    """One line with the look of ``true``, ``paper`` or ``spinodal``."""
    halo = [matplotlib.patheffects.withStroke(linewidth=2.0, foreground="white")]
    ratio, density = line.T
    upward = density_and_ratio(sides)[0] is sides.y
    x, y = (ratio, density) if upward else (density, ratio)
    ax.plot(x, y, color="black", linewidth=1.0, path_effects=halo, scalex=False, scaley=False,
            **_LINES[name])  # fmt: skip
