"""Hidden dimensions spent on each represented feature, averaged over a model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.registry import metric


@metric(
    dims=(),
    label="dimensions per feature D*",
    reference="Elhage et al. 2022, Toy Models of Superposition, section 'Uniform Superposition'",
)
@_columns.quiet
def dimensions_per_feature(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Hidden dimensions divided by the number of represented features.

    D* = m / ‖W‖_F². It equals the common D_i only where all represented norms are 1: the optimal
    antipodal pair has D_i = 1/2 but D* = 0.533 at density 0.5.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        D*, shape (...); inf for W = 0, NaN if any weight is NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition:
        Uniform Superposition".

    >>> float(dimensions_per_feature([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]))
    0.5
    """
    W = _columns.weights(W)
    return np.divide(W.shape[-2], np.sum(W * W, axis=(-2, -1)))
