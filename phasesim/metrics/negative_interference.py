"""Interference that lowers a feature's output."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="negative interference",
    reference="Elhage et al. 2022, Toy Models of Superposition, section 'Basic Results'",
)
@_columns.quiet
def negative_interference(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Squared negative overlaps of each feature with all others.

    Σ_{j≠i} (G_ij)²_-, G = WᵀW: the part of the interference that takes from its output, which a
    ReLU filters where the feature is absent. Positive and negative interference add up to Σ_{j≠i}
    G_ij² = ‖W_i‖² s_i.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Interference, shape (..., n_features); NaN where the own column or any other holds NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Basic Results" and "Mathematical
        Understanding".

    >>> negative_interference([[1.0, -0.5, 0.0]])
    array([0.25, 0.25, 0.  ])
    """
    W = _columns.weights(W)
    overlap = np.minimum(_columns.others(np.swapaxes(W, -1, -2) @ W), 0.0)
    return np.sum(overlap * overlap, axis=-1)
