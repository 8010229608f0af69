"""How many directions of the hidden space are in use."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _represented
from phasesim.registry import metric


@metric(
    dims=(),
    label="effective rank of WᵀW",
    reference="Roy and Vetterli 2007, The effective rank",
)
@_columns.quiet
def effective_rank(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Effective rank of the Gram matrix.

    exp(-Σ_k p_k ln p_k) with p_k = λ_k / Σ λ, λ the eigenvalues of WᵀW: between 1 and rank W, and
    equal to m for a tight frame. 0 for W = 0.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Rank, shape (...); NaN if any weight is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Roy and Vetterli 2007, The effective rank: a measure of effective dimensionality.

    >>> round(float(effective_rank([[1.0, -1.0, 0.0], [0.0, 0.0, 2.0**0.5]])), 12)
    2.0
    """
    W = _columns.weights(W)
    usable = _represented.finite(W)
    s = np.linalg.svd(np.where(usable[..., None, None], W, 0.0), compute_uv=False)
    share = (s / s[..., :1]) ** 2
    share /= np.sum(share, axis=-1, keepdims=True)
    entropy = -np.sum(share * np.log(np.where(share > 0, share, 1.0)), axis=-1)
    return np.where(usable, np.where(s[..., 0] > 0, np.exp(entropy), 0.0), np.nan)
