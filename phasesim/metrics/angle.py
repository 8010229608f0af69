"""Angles between features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _represented
from phasesim.registry import metric


@metric(
    dims=("feature", "feature2"),
    label="angle / °",
    reference="Elhage et al. 2022, Toy Models of Superposition, 'The Geometry of Superposition'",
    range=(0.0, 180.0),
    undefined="i = j, or a feature that is not represented",
)
@_columns.quiet
def angle(W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None) -> NDArray[np.float64]:
    """Angle between each two represented features, seen from the origin.

    ∠(W_i, W_j) in degrees, from 0 to 180, for i ≠ j with ‖W_i‖, ‖W_j‖ ≥ 1/2. For smallest, mean
    and largest of a model see `phasesim.geometry.angle_summary`.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Angles, shape (..., n_features, n_features); NaN for i = j, where a feature is not
        represented, and for a model with a weight that is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition".

    >>> angle([[1.0, 0.0, 0.1], [0.0, 2.0, 0.1]])
    array([[nan, 90., nan],
           [90., nan, nan],
           [nan, nan, nan]])
    """
    W = _columns.weights(W)
    return _represented.degrees(_represented.cosines(W), _represented.pairs(W))
