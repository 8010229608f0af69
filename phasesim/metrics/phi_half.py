"""Share of features longer than 1/2."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.metrics._phases import REPRESENTED_NORM
from phasesim.registry import metric


@metric(
    dims=(),
    label="share with ‖W_i‖ > 1/2",
    reference="Liu, Liu and Gore 2025, Superposition yields robust neural scaling",
    range=(0.0, 1.0),
)
@_columns.quiet
def phi_half(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Share of features with norm above 1/2.

    φ = |{i: ‖W_i‖ > 1/2}| / n, the share of represented features.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Share, shape (...); NaN if any weight is NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Liu, Liu and Gore 2025, Superposition yields robust neural scaling.

    >>> float(phi_half([[1.5, -0.8, 0.1, 0.0]]))
    0.5
    """
    return _columns.share_longer(_columns.weights(W), REPRESENTED_NORM)
