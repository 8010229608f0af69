"""Which features form a polytope together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="component",
    reference="Elhage et al. 2022, Toy Models of Superposition, 'The Geometry of Superposition'",
)
def component(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Number of the connected component that each feature belongs to.

    Counted from 0 in the order of their first features, -1 for a feature that is not represented.
    Components are those of the graph whose nodes are the features with ‖W_i‖ ≥ 1/2 and whose edges
    are the pairs with |W_i·W_j| > 0.2; other thresholds: `phasesim.geometry.components`. A name,
    not a quantity: averages mean nothing.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Numbers, shape (..., n_features); NaN for a model with a weight that is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".

    >>> component([[1.0, 0.0, -1.0, 0.1], [0.0, 1.0, 0.0, 0.0]])
    array([ 0.,  1.,  0., -1.])
    """
    from phasesim.geometry.components import components

    return components(W).index
