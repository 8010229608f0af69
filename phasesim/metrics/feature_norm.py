"""Length of each feature's embedding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="‖W_i‖",
    reference="Elhage et al. 2022, Toy Models of Superposition, section 'Basic Results'",
    range=(0.0, 1.0),
)
def feature_norm(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """How strongly each feature is represented.

    ‖W_i‖ = (Σ_k W_ki²)^½, about 1 for a represented feature and 0 for an ignored one.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Norms, shape (..., n_features); NaN where the column holds NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Basic Results".

    >>> feature_norm([[3.0, 0.0], [4.0, -0.5]])
    array([5. , 0.5])
    """
    return _columns.norms(_columns.weights(W))
