"""What is said of large sets of correlated features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.metrics.superposition import superposition
from phasesim.plot._assertion import assertion
from phasesim.plot._sets import Sets, memberships, prepare_set_rms
from phasesim.result import Result

Array = NDArray[np.float64]

#: up to this density the blocks show
_SPARSE = 0.101


def local_basis(result: Result) -> list[dict[str, Any]]:
    """Each set is a basis of its own: superposition is with other sets alone.

    The control is independent features of the same density.

    Args:
        result: of correlated sets over ``set_size`` (that of the sets, and 1) and ``density``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
    """
    e, size = result.sweep.experiment, int(max(result.coords["distribution.set_size"]))
    sets = e.distribution.replace(set_size=size).groups(e.n_features)
    use = result.coords["distribution.density"] < _SPARSE
    own, free = (
        np.asarray(result.metric("W", "best")[result.select(set_size=k)][use], float)
        for k in (size, 1)
    )
    name = "independent features"
    return [
        assertion("root mean square of W_i·W_j within a set over that between sets, p ≤ 0.1",
            "< 1/3", lambda v: v < 1 / 3, (_ratio(own, sets),),
            control=(name, (_ratio(free, sets),))),
        assertion("least singular value of a set's columns, p ≤ 0.1", "> 0.8", lambda v: v > 0.8,
            (_least(own, sets),), control=(name, (_least(free, sets),))),
        assertion("share of superposition that is with the other set, p ≤ 0.1", "> 0.9",
            lambda v: v > 0.9, (_share(own, sets),), control=(name, (_share(free, sets),))),
    ]  # fmt: skip


def _ratio(W: Array, sets: Sets) -> float:
    within, between = prepare_set_rms(W, sets=sets)
    return float(np.max(within / between))


def _least(W: Array, sets: Sets) -> float:
    parts = [W[..., row] for row in memberships(sets, W.shape[-1])]
    return float(np.min([np.linalg.svd(part, compute_uv=False) for part in parts]))


def _share(W: Array, sets: Sets) -> float:
    """Least share over densities of Σ (Ŵ_i·W_j)² that stems from other sets."""
    rows = memberships(sets, W.shape[-1])
    own = sum(superposition(W[..., row]).sum(axis=-1) for row in rows)
    return float(np.min(1 - own / superposition(W).sum(axis=-1)))
