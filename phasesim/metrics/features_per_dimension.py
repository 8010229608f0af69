"""Represented features of a model for each of its hidden dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.metrics._phases import REPRESENTED_NORM
from phasesim.registry import metric


@metric(
    dims=(),
    label="features per dimension k/m",
    reference="Elhage et al. 2022, Toy Models of Superposition, section 'Compressed Sensing'",
)
@_columns.quiet
def features_per_dimension(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Features with norm above 1/2 for each hidden dimension.

    k/m, k = |{i: ‖W_i‖ > 1/2}|: at most 1 without superposition.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        k/m, shape (...); NaN if any weight is NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Relationship to Compressed Sensing".

    >>> float(features_per_dimension([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.1]]))
    1.5
    """
    W = _columns.weights(W)
    norm = _columns.norms(W)
    count = np.count_nonzero(norm > REPRESENTED_NORM, axis=-1)
    return np.where(np.isnan(norm).any(axis=-1), np.nan, count / W.shape[-2])
