"""How far the mean hidden vector lies from the origin."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _inputs, _represented
from phasesim.registry import metric


@metric(
    dims=(),
    label="‖E h‖ / rms ‖h‖",
    reference="phasesim; h as in Elhage et al. 2022, Toy Models of Superposition",
    range=(0.0, 1.0),
    undefined="W = 0",
    uses_experiment=True,
)
@_columns.quiet
def centre_offset(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Length of the mean hidden vector over the root mean square length.

    ‖E h‖ / (E ‖h‖²)^½ for h = W x: ‖E h‖ = ‖W μ‖ and E ‖h‖² = ‖W μ‖² + tr(W Σ Wᵀ), μ and Σ the
    mean and covariance of x. 0 for a centred code such as Σ_i W_i = 0 with equal densities, 1 for
    a hidden vector that never changes. h is taken before any activation of the hidden layer.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: the one W was trained in; μ and Σ are its distribution's.

    Returns:
        Offset, shape (...), in [0, 1]; NaN for W = 0, or where a weight is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions, there is no experiment of
            its size, or the distribution does not know its covariance.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Experiment setup", for h; the statistic
        is our own.

    >>> import phasesim as ps
    >>> law = ps.distributions.sparse_uniform(density=1.0)
    >>> found = centre_offset([[2.0]], experiment=ps.Experiment(n_features=1, distribution=law))
    >>> round(float(found) ** 2, 12)
    0.75
    """
    W = _columns.weights(W)
    experiment = _inputs.experiment_of("centre_offset", experiment, W.shape[-1])
    # relative to the largest weight, so that huge ones do not overflow when squared
    unit = W / np.max(np.abs(W), axis=(-2, -1), keepdims=True)
    centre = np.sum((unit @ _inputs.mean(experiment)) ** 2, axis=-1)
    spread = np.sum((unit @ _inputs.covariance(experiment)) * unit, axis=(-2, -1))
    return np.where(_represented.finite(unit), np.sqrt(centre / (centre + spread)), np.nan)
