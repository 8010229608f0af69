"""The closest that two features come to sharing a line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _represented
from phasesim.registry import metric


@metric(
    dims=(),
    label="coherence max |cos|",
    reference="Welch 1974, Lower bounds on the maximum cross correlation of signals",
    range=(0.0, 1.0),
    undefined="fewer than two represented features",
)
@_columns.quiet
def coherence(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Largest |cosine| between two represented features.

    μ = max_{i≠j} |Ŵ_i·Ŵ_j| over features with ‖W_i‖ ≥ 1/2, whatever their lengths. Lines, not
    directions: an antipodal pair has μ = 1. With k represented features μ² is at least the Welch
    floor (k - m)/(m (k - 1)).

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        μ, shape (...); NaN with fewer than two represented features, or where a weight is not
        finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Welch 1974, Lower bounds on the maximum cross correlation of signals.

    >>> float(coherence([[1.0, 0.6, 0.0], [0.0, 0.8, 0.1]]))
    0.6
    """
    W = _columns.weights(W)
    return -_represented.smallest(-np.abs(_represented.cosines(W)), _represented.pairs(W))
