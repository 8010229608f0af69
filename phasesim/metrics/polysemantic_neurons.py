"""Hidden neurons that stand for several features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.registry import metric

#: |W_ki| of a feature that neuron k stands for
LOWEST, HIGHEST = 0.8, 1.2


@metric(
    dims=(),
    label="polysemantic neurons",
    reference="Lecomte et al. 2023, What Causes Polysemanticity?",
)
@_columns.quiet
def polysemantic_neurons(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Number of hidden neurons with two or more weights of about 1.

    |{k: at least two i with 0.8 ≤ |W_ki| ≤ 1.2}|. It is not invariant under rotations of the
    hidden space: it counts only where something, such as an L1 term, prefers the neurons' axes.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Counts, shape (...); NaN if any weight is NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Lecomte et al. 2023, What Causes Polysemanticity? An Alternative Origin Story of Mixed
        Selectivity from Incidental Causes.

    >>> float(polysemantic_neurons([[1.0, -1.1, 0.0], [0.0, 0.5, 0.9]]))
    1.0
    """
    size = np.abs(_columns.weights(W))
    standing = np.count_nonzero((size >= LOWEST) & (size <= HIGHEST), axis=-1)
    count = np.count_nonzero(standing >= 2, axis=-1)
    return np.where(np.isnan(size).any(axis=(-2, -1)), np.nan, count)
