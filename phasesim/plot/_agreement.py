"""How far trained models and theory agree on the phase of the last feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._grid import grid
from phasesim.plot._theory import candidates_on, check_covered, density_and_ratio, optimum_on
from phasesim.result import Result

#: nearer than this to ratio 1 the features are too alike for the phase to be settled
_CENTRE = 0.1
_SEED = 20220914


@dataclass(frozen=True)
class Agreement:
    """Shares of cells with |log10 ratio| > 0.1 that carry the phase of the true optimum."""

    share: float
    """Of all of them."""
    between: float
    """Of those between the paper's boundary and the true one, where only one can be right; NaN
    where there are none."""
    n_cells: int
    """How many there are in all."""
    n_between: int
    """How many lie between the boundaries."""


def agreement(
    result: Result,
    *,
    reduction: str = "best",
    shuffled: bool = False,
    select: Mapping[str, Any] | None = None,
) -> Agreement:
    """Compare the phase of the last feature with that of the true optimum, cell by cell.

    A cell lies between the boundaries where the paper's candidates and the true optimum put it
    into different phases.

    Args:
        result: of a density × ratio sweep that the theory covers.
        reduction: best, worst, mean or mean_minus_worst over seeds.
        shuffled: compare after putting the trained cells into random order: what agreement
            comes from the sizes of the phases alone.
        select: values of further axes, as in `phase_diagram`.

    Returns:
        `Agreement`.

    Raises:
        UsageError: the theory does not cover the experiment.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", for
        the candidates; the true optimum is our own.
    """
    sides = grid(result, select)
    check_covered(sides)
    phase = sides.take(result.metric("phase", reduction)[..., -1])
    if shuffled:
        phase = np.random.default_rng(_SEED).permutation(phase.ravel()).reshape(phase.shape)
    true, paper = optimum_on(sides).phase[..., -1], candidates_on(sides)
    ratio = density_and_ratio(sides)[1]
    far = np.abs(np.log10(ratio.values)) > _CENTRE
    counted = np.broadcast_to(far if ratio is sides.x else far[:, None], phase.shape)
    right, between = phase == true, counted & (true != paper)
    return Agreement(
        float(np.mean(right[counted])) if counted.any() else float("nan"),
        float(np.mean(right[between])) if between.any() else float("nan"),
        int(np.count_nonzero(counted)),
        int(np.count_nonzero(between)),
    )


def read_cell(
    result: Result, values: Mapping[str, Any], *, feature: int = -1, reduction: str = "best"
) -> tuple[float, float]:
    """Norm and superposition of a feature in the cell nearest to the axis values given.

    Args:
        result: of any sweep.
        values: last word of each axis path -> value.
        feature: which one; negative counts from the last.
        reduction: best, worst, mean or mean_minus_worst over seeds.

    Returns:
        (norm, superposition).

    Raises:
        UsageError: no such axis or reduction.
    """
    at = result.select(method="nearest", **values)
    norm, shared = (result.metric(n, reduction)[at] for n in ("feature_norm", "superposition"))
    return float(norm[feature]), float(shared[feature])


def agreement_assertions(result: Result, *, share: float, between: float) -> list[dict[str, Any]]:
    """That the best seeds carry the true phase, in all cells counted and between the boundaries.

    The controls are the trained cells in random order, and the worst seed of each cell.

    Args:
        result: as `agreement`.
        share: least share of all cells with |log10 ratio| > 0.1.
        between: least share of those between the paper's boundary and the true one.

    Returns:
        Two rows as `assertion` makes them.
    """
    best, worst = (agreement(result, reduction=name) for name in ("best", "worst"))
    shuffled = agreement(result, shuffled=True)
    return [
        assertion(
            f"share of {best.n_cells} cells in the true phase (|log10 r| > {_CENTRE})",
            f"≥ {share}", lambda v: v >= share, (best.share,),
            control=("cells in random order", (shuffled.share,)),
        ),
        assertion(
            f"share of the {best.n_between} between the paper's boundary and the true one",
            f"≥ {between}", lambda v: v >= between, (best.between,),
            control=("worst seed", (worst.between,)),
        ),
    ]  # fmt: skip
