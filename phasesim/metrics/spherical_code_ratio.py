"""Smallest angle between features against the best that is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _represented
from phasesim.registry import metric


@metric(
    dims=(),
    label="smallest angle / best code",
    reference="Sloane, Tables of Spherical Codes (1994 on)",
    range=(0.0, 1.0),
    undefined="no best code known for so many features",
)
@_columns.quiet
def spherical_code_ratio(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Smallest angle between represented features over that of the best spherical code.

    α / α*(k, m): α is the smallest angle between two of the k features with ‖W_i‖ ≥ 1/2, α* that
    of the best known k points on the sphere in m dimensions (`phasesim.geometry.best_code_angle`).
    Angles are between directions with their signs, from 0° to 180°: a ReLU tells opposite features
    apart, so two of them are far from each other. For lines see `coherence`. Random directions as
    a null: `phasesim.geometry.random_code_angle` over α*.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Ratio, shape (...), at most 1; NaN with fewer than two represented features, more than the
        table holds, or where a weight is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Sloane, Tables of Spherical Codes (1994 on); Tammes 1930.

    >>> turn = np.radians([0.0, 60.0, 180.0])
    >>> round(float(spherical_code_ratio([np.cos(turn), np.sin(turn)])), 12)
    0.5
    """
    W = _columns.weights(W)
    from phasesim.geometry.codes import best_code_angle

    best = np.array([best_code_angle(k, W.shape[-2]) for k in range(W.shape[-1] + 1)])
    where = _represented.pairs(W)
    angle = _represented.smallest(_represented.degrees(_represented.cosines(W), where), where)
    return angle / best[np.count_nonzero(_represented.represented(W), axis=-1)]
