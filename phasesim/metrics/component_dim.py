"""How many hidden dimensions a polytope takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="dimensions d of the component",
    reference="Elhage et al. 2022, Toy Models of Superposition, 'The Geometry of Superposition'",
)
def component_dim(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Rank of the columns in each feature's connected component.

    d, the number of singular values above 0.2 of the largest, so that the noise of training does
    not count; 0 for a feature that is not represented. Components are those of the graph whose
    nodes are the features with ‖W_i‖ ≥ 1/2 and whose edges are the pairs with |W_i·W_j| > 0.2;
    other thresholds: `phasesim.geometry.components`.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        d, shape (..., n_features); NaN for a model with a weight that is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".

    >>> component_dim([[1.0, 0.0, -1.0, 0.1], [0.05, 1.0, 0.0, 0.0]])
    array([1., 1., 1., 0.])
    """
    from phasesim.geometry.components import components

    return components(W).dim
