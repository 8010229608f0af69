"""How much of the hidden space the features take together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.metrics.dimensionality import dimensionality
from phasesim.registry import metric


@metric(
    dims=(),
    label="Σ_i D_i / m",
    reference="Elhage et al. 2022, Toy Models of Superposition, section 'Feature Dimensionality'",
    range=(0.0, 1.0),
)
@_columns.quiet
def packing(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Sum of all dimensionalities over the number of hidden dimensions.

    Σ_i D_i / m, in [0, 1]: 1 exactly where W splits into tight frames in orthogonal subspaces that
    fill the hidden space.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Share, shape (...); NaN if any weight is NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Feature
        Dimensionality".

    >>> float(packing([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]))
    1.0
    """
    W = _columns.weights(W)
    return np.sum(dimensionality(W), axis=-1) / W.shape[-2]
