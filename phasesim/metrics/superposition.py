"""How much other features share each feature's direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="superposition s_i",
    reference="Elhage et al. 2022, Toy Models of Superposition, section 'Basic Results'",
    range=(0.0, 1.0),
)
@_columns.quiet
def superposition(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Squared overlap of all other features with the direction of each feature.

    s_i = Σ_{j≠i} (Ŵ_i·W_j)². 0 if the others are orthogonal, 1 for a unit antipodal pair; not
    clipped. The legend of the paper's phase figure prints Σ_j; its text and code leave out j = i,
    as here. s_i = 0 where ‖W_i‖ < 1e-6.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        s, shape (..., n_features); NaN for the whole model if any of its weights is NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Basic Results".

    >>> superposition([[1.0, -0.5, 0.0], [0.0, 0.0, 1.0]])
    array([0.25, 1.  , 0.  ])
    """
    overlap = _columns.others(_columns.projections(_columns.weights(W)))
    return np.sum(overlap * overlap, axis=-1)
