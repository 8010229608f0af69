"""How much of the hidden space each feature pins down."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _represented
from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="leverage τ_i",
    reference="Elhage et al. 2022, Toy Models of Superposition, comment by F. Zhang",
    range=(0.0, 1.0),
)
@_columns.quiet
def leverage(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Leverage score of each feature among the columns of W.

    τ_i = W_iᵀ (W Wᵀ)⁺ W_i, so 0 ≤ τ_i ≤ 1 and Σ_i τ_i = rank W. It bounds the dimensionality, D_i
    ≤ τ_i, with equality for all i exactly where W splits into tight frames in orthogonal
    subspaces. It does not change when W is multiplied by an invertible matrix. Singular values
    below 1e-6 of the largest count as 0: float32 weights do not tell them apart. τ_i = 0 where
    ‖W_i‖ < 1e-6.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        τ, shape (..., n_features); NaN for the whole model if any of its weights is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, comment by Fred Zhang on "Feature
        Dimensionality".

    >>> leverage([[1.0, -1.0, 0.0], [0.0, 0.0, 0.2]])
    array([0.5, 0.5, 1. ])
    """
    W = _columns.weights(W)
    usable = _represented.finite(W)[..., None, None]
    alive = _columns.norms(W)[..., None, :] >= _columns.NORM_FLOOR
    s, V = np.linalg.svd(np.where(usable & alive, W, 0.0), full_matrices=False)[1:]
    kept = s > _columns.TIE * s[..., :1]
    return np.where(usable[..., 0], np.sum(V * V * kept[..., None], axis=-2), np.nan)
