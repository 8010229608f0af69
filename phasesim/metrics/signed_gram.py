"""Inner products between all pairs of features, signs kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.registry import metric


@metric(
    dims=("feature", "feature2"),
    label="WᵀW",
    reference="Elhage et al. 2022, Toy Models of Superposition, section 'Basic Results'",
    range=(-1.0, 1.0),
)
@_columns.quiet
def signed_gram(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """The matrix that takes inputs to outputs before bias and activation.

    G = WᵀW, G_ij = W_i·W_j: squared norms on the diagonal, interference off it. Negative
    interference is what a ReLU can filter; s_i and D_i are blind to that sign.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        G, shape (..., n_features, n_features); NaN where either column holds NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Basic Results".

    >>> signed_gram([[1.0, -0.5]])
    array([[ 1.  , -0.5 ],
           [-0.5 ,  0.25]])
    """
    W = _columns.weights(W)
    return np.swapaxes(W, -1, -2) @ W
