"""Alignment of each feature with the one closest to its axis."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="cosine with partner",
    reference="Elhage et al. 2022, Toy Models of Superposition, 'Superposition as a Phase Change'",
    range=(-1.0, 1.0),
)
def max_cosine(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Signed cosine of each feature with its partner, the other feature of largest |cos|.

    cos_i = Ŵ_i·Ŵ_j, j = argmax_{j≠i} |Ŵ_i·Ŵ_j|: -1 for an antipodal pair, +1 for two features
    in the same direction. Columns shorter than 0.1 are nobody's partner; ties (all columns, when
    n_hidden = 1) go to the larger |Ŵ_i·W_j|, then to the negative one. The value is 0 for a
    feature without partner or with ‖W_i‖ < 1e-6.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Cosines, shape (..., n_features); NaN for the whole model if any of its weights is NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".

    >>> max_cosine([[1.0, -0.5, 0.0], [0.0, 0.0, 1.0]])
    array([-1., -1.,  0.])
    """
    return _columns.partner_cosine(_columns.weights(W))
