"""Overlap of the represented features against the least that is possible."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _represented
from phasesim.registry import metric


@metric(
    dims=(),
    label="mean cos² / Welch floor",
    reference="Welch 1974, Lower bounds on the maximum cross correlation of signals",
    undefined="no more represented features than hidden dimensions",
)
@_columns.quiet
def welch_ratio(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Mean squared cosine over its lower bound for so many features.

    ρ = mean_{i≠j} (Ŵ_i·Ŵ_j)² / [(k - m)/(m (k - 1))] over the k features with ‖W_i‖ ≥ 1/2, so ρ ≥
    1, with equality exactly for a tight frame of unit vectors. Each feature counts by its
    direction alone: lengths only decide whether it is represented. Independent random directions
    have ρ = (k - 1)/(k - m) on average. A model of k ≤ m represented features could do without any
    overlap: there is no floor, and ρ is NaN. Polytopes in subspaces of their own form one tight
    frame only if they share their D = d/k.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        ρ, shape (...); NaN for k ≤ m, or where a weight is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Welch 1974, Lower bounds on the maximum cross correlation of signals; for the mean:
        Benedetto and Fickus 2003, Finite normalized tight frames.

    >>> float(welch_ratio([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]))
    1.0
    """
    W = _columns.weights(W)
    k, m = np.count_nonzero(_represented.represented(W), axis=-1), W.shape[-2]
    overlap = _represented.mean_square(_represented.cosines(W), _represented.pairs(W))
    return np.where(k > m, overlap * m * (k - 1) / (k - m), np.nan)
