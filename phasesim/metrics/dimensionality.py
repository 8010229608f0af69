"""The share of a hidden dimension that each feature has to itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="dimensionality D_i",
    reference="Elhage et al. 2022, Toy Models of Superposition, section 'Feature Dimensionality'",
    range=(0.0, 1.0),
)
@_columns.quiet
def dimensionality(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Fraction of a hidden dimension dedicated to each feature.

    D_i = ‖W_i‖² / Σ_j (Ŵ_i·W_j)², j = i included, so 0 ≤ D_i ≤ 1 and Σ_i D_i ≤ rank W. It is
    the same number as the capacity C_i = (W_i·W_i)² / Σ_j (W_i·W_j)² of Scherlis et al. 2022.
    D_i = 0 where ‖W_i‖ < 1e-6.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        D, shape (..., n_features); NaN for the whole model if any of its weights is NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition:
        Feature Dimensionality".

    >>> dimensionality([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    array([0.5, 0.5, 1. ])
    """
    projection = _columns.projections(_columns.weights(W))
    own = np.diagonal(projection, axis1=-2, axis2=-1)
    # relative to the own norm, so that huge weights do not overflow when squared
    relative = projection / np.where(own == 0.0, 1.0, own)[..., None]
    total = np.sum(relative * relative, axis=-1)
    # a column without direction has a row of zeros, NaN if another column is NaN: total says which
    return np.where(own == 0.0, total, 1.0 / total)
