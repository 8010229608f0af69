"""How far a polytope is from filling its dimensions evenly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="tight-frame residual",
    reference="Elhage et al. 2022, Toy Models of Superposition, 'The Geometry of Superposition'",
    undefined="a feature that is not represented",
)
def component_residual(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Deviation of each feature's connected component from a tight frame.

    ‖W Wᵀ - c 1‖ / ‖c 1‖ (Frobenius) in the d dimensions the component spans, W its k columns, c =
    (k/d) × their mean squared norm: the spread of the eigenvalues of W Wᵀ relative to their mean.
    0 for a tight frame, which is when all D_i of unit vectors are d/k; (d - 1)/k on average of its
    square for independent random directions. Always 0 for d = 1.

    Components are those of the graph whose nodes are the features with ‖W_i‖ ≥ 1/2 and whose edges
    are the pairs with |W_i·W_j| > 0.2; other thresholds: `phasesim.geometry.components`.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Residual, shape (..., n_features); NaN for a feature that is not represented, and for a
        model with a weight that is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".

    >>> component_residual([[1.0, -0.5, -0.5, 0.1], [0.0, 0.75**0.5, -0.75**0.5, 0.0]]).round(9)
    array([ 0.,  0.,  0., nan])
    """
    from phasesim.geometry.components import components

    return components(W).residual
