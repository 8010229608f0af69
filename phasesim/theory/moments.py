"""Moments of one feature, and the loss of a model that ignores its input.

A feature is active with probability ``density`` and then uniform on [0, 1], else 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def feature_variance(density: ArrayLike) -> NDArray[np.float64]:
    """Variance of one feature, the least loss at which it can be ignored.

    V(p) = p/3 - p²/4: the output is then constant, at best the mean p/2.

    Args:
        density: probability p that the feature is active, any shape.

    Returns:
        V, of the shape of ``density``.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".

    >>> round(float(feature_variance(1.0)), 12)
    0.083333333333
    """
    p = np.asarray(density, dtype=np.float64)
    return p / 3 - p * p / 4


def null_loss(*, density: ArrayLike, importance: ArrayLike) -> NDArray[np.float64]:
    """Loss of the best constant output, the yardstick for every other loss.

    L_0 = Σ_i I_i V(p_i).

    Args:
        density: p, a scalar or shape (..., n_features).
        importance: I, shape (..., n_features).

    Returns:
        L_0 summed over features, shape (...).

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".

    >>> round(float(null_loss(density=0.3, importance=[1.0, 0.5])), 6)
    0.11625
    """
    return np.sum(feature_variance(density) * np.asarray(importance, dtype=np.float64), axis=-1)


def orthogonal_loss(
    n_hidden: int, *, density: ArrayLike, importance: ArrayLike
) -> NDArray[np.float64]:
    """Least loss of a model that gives each of n_hidden features a dimension of its own.

    Σ I_i V(p_i) over all but the n_hidden largest: also the optimum of the linear model. What a
    model gains by superposition is this less its own loss.

    Args:
        n_hidden: m.
        density: p, a scalar or shape (..., n_features).
        importance: I, shape (..., n_features).

    Returns:
        Loss summed over features, shape (...).

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The linear model".

    >>> round(float(orthogonal_loss(1, density=0.3, importance=[1.0, 0.5])), 6)
    0.03875
    """
    lost = feature_variance(density) * np.asarray(importance, dtype=np.float64)
    return np.sum(np.sort(lost, axis=-1)[..., : max(lost.shape[-1] - n_hidden, 0)], axis=-1)
