"""How much the represented features overlap on average."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _represented
from phasesim.registry import metric


@metric(
    dims=(),
    label="mean cos²",
    reference="Liu, Liu and Gore 2025, Superposition yields robust neural scaling",
    range=(0.0, 1.0),
    undefined="fewer than two represented features",
)
@_columns.quiet
def mean_squared_overlap(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Mean squared cosine between two represented features.

    Mean of (Ŵ_i·Ŵ_j)² over i ≠ j with ‖W_i‖, ‖W_j‖ ≥ 1/2, whatever their lengths. Independent
    random directions have 1/m on average, k directions at least the Welch floor (k - m)/(m (k -
    1)).

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Mean, shape (...); NaN with fewer than two represented features, or where a weight is not
        finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Liu, Liu and Gore 2025, Superposition yields robust neural scaling; the floor: Welch 1974.

    >>> float(mean_squared_overlap([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])) * 3
    1.0
    """
    W = _columns.weights(W)
    return _represented.mean_square(_represented.cosines(W), _represented.pairs(W))
