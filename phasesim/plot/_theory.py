"""What a phase diagram shows of the theory: the paper's candidates, or the true optimum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.experiment import Experiment
from phasesim.metrics._phases import Phase
from phasesim.metrics.feature_norm import feature_norm
from phasesim.metrics.superposition import superposition
from phasesim.plot._grid import Grid, GridAxis, grid
from phasesim.plot._palette import phase_colors
from phasesim.result import Result
from phasesim.theory import Optimum, optimum_grid, phase_candidates, phase_of_candidates

Array = NDArray[np.float64]

KINDS = ("optimum", "candidates")
#: the theory is of this model, for these data, trained on this
_PARTS = {
    "model": "relu_output",
    "distribution": "sparse_uniform",
    "distribution.amplitude": "uniform",
    "importance": "last_relative",
    "target": "identity",
    "loss": "weighted_mse",
}
_AXES = ("distribution.density", "importance.ratio")
_MOST_FEATURES = 3


@dataclass(frozen=True)
class TheoryDiagram:
    """Arrays of shape (y, x), both ascending, of the last feature."""

    grid: Grid
    """The two axes."""
    norm: Array
    """‖W_n‖; by the candidates 0 or 1."""
    superposition: Array
    """Σ_j≠n (Ŵ_n·W_j)²; by the candidates 0 or 1."""
    colors: Array
    """sRGB, shape (y, x, 3)."""


def prepare_theory_diagram(
    result: Result,
    *,
    kind: str = "optimum",
    select: Mapping[str, Any] | None = None,
    palette: str = "okabe_ito",
) -> TheoryDiagram:
    """Norm and superposition of the last feature by theory, in each cell of a diagram.

    Args:
        result: as `theory_diagram`.
        kind: as `theory_diagram`.
        select: as `theory_diagram`.
        palette: as `theory_diagram`.

    Returns:
        `TheoryDiagram`.

    Raises:
        UsageError: as `theory_diagram`.

    Source:
        As `theory_diagram`.
    """
    if kind not in KINDS:
        raise UsageError(f"kind: found '{kind}', expected one of {', '.join(KINDS)}")
    sides = grid(result, select)
    check_covered(sides)
    if kind == "optimum":
        W = optimum_on(sides).W
        norm, shared = feature_norm(W)[..., -1], superposition(W)[..., -1]
    else:
        phase = candidates_on(sides)
        norm = (phase != Phase.IGNORED).astype(float)
        shared = (phase == Phase.SUPERPOSED).astype(float)
    return TheoryDiagram(sides, norm, shared, phase_colors(norm, shared, palette=palette))


def check_covered(sides: Grid) -> None:
    """Refuse what the theory is not about, with the reason.

    Raises:
        UsageError: other axes, more than three features, or other parts than the theory's.
    """
    reason = _not_covered(sides.experiment, {sides.y.path, sides.x.path})
    if reason:
        raise UsageError(f"no theory: {reason}")


def _not_covered(e: Experiment, paths: set[str]) -> str:
    if paths != set(_AXES):
        return f"the axes are not {' and '.join(_AXES)}"
    if e.n_features > _MOST_FEATURES:
        return f"n_features is {e.n_features}, expected at most {_MOST_FEATURES}"
    found = {path: _name(e, path) for path in _PARTS}
    for path, name in found.items():
        if name != _PARTS[path]:
            return f"{path} is {name}, expected {_PARTS[path]}"
    if e.distribution.factor != 1:
        return "one feature's density differs from the others'"
    return "the loss is regularised" if e.regularizers else ""


def _name(part: Any, path: str) -> str:
    for word in path.split("."):
        part = getattr(part, word, None)
    return type(part).__name__


def density_and_ratio(sides: Grid) -> tuple[GridAxis, GridAxis]:
    """The two axes by what they are, whichever is drawn upward."""
    return (sides.y, sides.x) if sides.y.path == _AXES[0] else (sides.x, sides.y)


def candidates_on(sides: Grid) -> NDArray[np.int8]:
    """Phase of the last feature by the paper's candidates, (y, x)."""
    n, m, p, r = _mesh(sides)
    return phase_of_candidates(phase_candidates(n, m, density=p, ratio=r))


def candidate_loss_on(sides: Grid) -> Array:
    """Loss of the cheapest of the paper's candidates, (y, x)."""
    n, m, p, r = _mesh(sides)
    losses = phase_candidates(n, m, density=p, ratio=r)
    return np.min(np.stack([np.asarray(v) for v in losses.values()]), axis=0)


def optimum_on(sides: Grid) -> Optimum:
    """True optimum of every cell, leading axes (y, x)."""
    n, m, p, r = _mesh(sides)
    return _optimum(n, m, tuple(map(tuple, p)), tuple(map(tuple, r)))


@lru_cache(maxsize=4)
def _optimum(n: int, m: int, density: tuple, ratio: tuple) -> Optimum:
    # one figure asks for the same grid to draw it and to compare with it
    r = np.array(ratio)
    importance = np.concatenate([np.ones((*r.shape, n - 1)), r[..., None]], axis=-1)
    return optimum_grid(n, m, density=np.array(density), importance=importance)


def _mesh(sides: Grid) -> tuple[int, int, Array, Array]:
    """n, m, density (y, x), ratio (y, x)."""
    y, x = np.meshgrid(sides.y.values, sides.x.values, indexing="ij")
    p, r = (y, x) if sides.y.path == _AXES[0] else (x, y)
    return sides.experiment.n_features, sides.experiment.n_hidden, p, r
