"""What metrics ask of the law of the inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.errors import UsageError

Array = NDArray[np.float64]


def experiment_of(name: str, experiment: Any, n: int) -> Any:
    """The experiment, refused where a metric is called without one, or with one of another size."""
    if experiment is None:
        raise UsageError(f"{name}: found no experiment, expected the one that W was trained in")
    if experiment.n_features != n:
        raise UsageError(
            f"{name}: found an experiment of {experiment.n_features} features, expected {n}"
        )
    return experiment


def mean(experiment: Any) -> Array:
    """E x, shape (n,)."""
    return np.asarray(experiment.distribution.mean(experiment.n_features), dtype=np.float64)


def second_moment(experiment: Any) -> Array:
    """E x_i², shape (n,)."""
    variance = experiment.distribution.variance(experiment.n_features)
    return np.asarray(variance, dtype=np.float64) + mean(experiment) ** 2


def covariance(experiment: Any) -> Array:
    """Cov(x_i, x_j), shape (n, n).

    Raises:
        UsageError: features depend on each other and the law does not say how.
    """
    law, n = experiment.distribution, experiment.n_features
    try:
        return np.asarray(law.covariance(n), dtype=np.float64)
    except AttributeError:
        if max(map(len, law.groups(n))) > 1:
            raise UsageError(
                f"distribution '{type(law).__name__}': does not know its covariance"
            ) from None
        return np.diag(np.asarray(law.variance(n), dtype=np.float64))
