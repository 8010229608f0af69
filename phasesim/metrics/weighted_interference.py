"""Interference by what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns, _inputs
from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="weighted interference",
    reference="Elhage et al. 2022, Toy Models of Superposition, 'Mathematical Understanding'",
    uses_experiment=True,
)
@_columns.quiet
def weighted_interference(
    W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None
) -> NDArray[np.float64]:
    """Expected squared interference on each feature, times its importance.

    I_i Σ_{j≠i} G_ij² E x_j²: importance, overlaps and how active the others are, in units of the
    loss. For a linear output of uncorrelated inputs of mean 0 this is what superposition costs
    feature i; cross terms between different j are left out.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: the one W was trained in; I and E x_j² are its.

    Returns:
        Interference, shape (..., n_features); NaN for the whole model if any of its weights is
        NaN.

    Raises:
        UsageError: W is not a real array of two or more dimensions, or there is no experiment of
            its size.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Mathematical Understanding".

    >>> import phasesim as ps
    >>> law = ps.distributions.sparse_uniform(density=0.3)
    >>> weighted_interference([[1, -1]], experiment=ps.Experiment(n_features=2, distribution=law))
    array([0.1, 0.1])
    """
    W = _columns.weights(W)
    experiment = _inputs.experiment_of("weighted_interference", experiment, W.shape[-1])
    overlap = _columns.others(np.swapaxes(W, -1, -2) @ W)
    importance = np.asarray(experiment.importance.per_feature(W.shape[-1]), dtype=np.float64)
    return importance * np.sum(overlap * overlap * _inputs.second_moment(experiment), axis=-1)
