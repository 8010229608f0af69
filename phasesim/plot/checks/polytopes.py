"""What is said of the polytopes that equal features form."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.geometry import Factor, tegum_factors
from phasesim.geometry.factors import OTHER
from phasesim.metrics.dimensionality import dimensionality
from phasesim.plot._assertion import assertion
from phasesim.plot._cell import model_at
from phasesim.plot._controls import shuffled
from phasesim.result import Result

Array = NDArray[np.float64]

_TOLERANCE = 0.03
_SEED = 20220914


def polytopes(result: Result) -> list[dict[str, Any]]:
    """Components are known polytopes with D_i = d/k, orthogonal to each other.

    Args:
        result: of equal features over ``density``.

    Returns:
        Two rows a density, as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".
    """
    rng, rows = np.random.default_rng(_SEED), []
    for p in result.coords["distribution.density"]:
        W, moved = (model_at(r, density=p).W for r in (result, shuffled(result)))
        members, component = _partition(W)
        rows += [
            assertion(f"p = {p:.3g}: share of features in a known polytope with |D_i - d/k| ≤ 0.03",
                "≥ 0.9", lambda v: v >= 0.9, (_in_polytopes(W),),
                control=("weights in random order", (_in_polytopes(moved),))),
            assertion(f"p = {p:.3g}: share of interference (W_i·W_j)² between components, and "
                "how many there are", "≤ 0.05, ≥ 2",
                lambda share, count: share <= 0.05 and count >= 2,
                _between(W[:, members], component),
                control=("features in random order",
                         _between(W[:, members], rng.permutation(component)))),
        ]  # fmt: skip
    return rows


def _in_polytopes(W: Array) -> float:
    D, factors = dimensionality(W), tegum_factors(W)
    fits = [_fits(f, D[list(f.members)]) for f in factors]
    return float(np.mean(np.concatenate(fits))) if fits else 0.0


def _fits(factor: Factor, D: Array) -> NDArray[np.bool_]:
    return (np.abs(D - factor.d / factor.k) <= _TOLERANCE) & (factor.label != OTHER)


def _partition(W: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Represented features, and the number of the component each belongs to."""
    factors = tegum_factors(W)
    members = np.array([i for f in factors for i in f.members], dtype=np.intp)
    return members, np.repeat(np.arange(len(factors)), [f.k for f in factors])


def _between(W: Array, component: NDArray[np.intp]) -> tuple[float, int]:
    square = (W.T @ W) ** 2
    np.fill_diagonal(square, 0.0)
    share = square[component[:, None] != component].sum() / max(square.sum(), 1e-30)
    return float(share), len(np.unique(component))
