"""Angles between features as seen from the mean hidden vector."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _inputs, _represented
from phasesim.registry import metric


@metric(
    dims=("feature", "feature2"),
    label="angle from the mean / °",
    reference="phasesim; after Elhage et al. 2022, Toy Models of Superposition",
    range=(0.0, 180.0),
    undefined="i = j, a feature that is not represented, or one at the mean",
    uses_experiment=True,
)
@_columns.quiet
def centred_angle(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Angle between each two represented features, seen from the mean hidden vector.

    ∠(W_i - μ, W_j - μ) in degrees with μ = E h = W E x, for i ≠ j with ‖W_i‖, ‖W_j‖ ≥ 1/2: what
    `angle` becomes once hidden vectors are centred, as tools that read activations do. W_i is the
    hidden vector of feature i alone at the value 1. The features compared are those that `angle`
    compares.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: the one W was trained in; E x is its distribution's.

    Returns:
        Angles, shape (..., n_features, n_features); NaN for i = j, where a feature is not
        represented or closer than 1e-6 to μ, and for a model with a weight that is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions, or there is no experiment of
            its size.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition"; the
        centring is our own.

    >>> import phasesim as ps
    >>> law = ps.distributions.sparse_uniform(density=1.0)
    >>> centred_angle(np.eye(2), experiment=ps.Experiment(n_features=2, distribution=law)).round(1)
    array([[ nan, 180.],
           [180.,  nan]])
    """
    W = _columns.weights(W)
    experiment = _inputs.experiment_of("centred_angle", experiment, W.shape[-1])
    centred = W - (W @ _inputs.mean(experiment))[..., None]
    apart = _columns.norms(centred) >= _columns.NORM_FLOOR
    where = _represented.pairs(W) & apart[..., :, None] & apart[..., None, :]
    return _represented.degrees(_represented.cosines(centred), where)
