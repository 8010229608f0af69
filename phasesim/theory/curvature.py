"""Whether a point where the gradient vanishes is a minimum or a saddle."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.theory.exact import population_loss_and_gradient

Array = NDArray[np.float64]

# balances the truncation of a central difference against the rounding of the gradient
_STEP = 1e-5


def hessian_eigenvalues(
    W: ArrayLike, b: ArrayLike, *, density: ArrayLike, importance: ArrayLike
) -> Array:
    """Eigenvalues of the Hessian of the exact loss over W and b, in rising order.

    Central differences of the analytic gradient; good to about 1e-6 of the largest. Turning the
    hidden space costs nothing, so that m (m - 1)/2 of them vanish where W has rank m; a minimum
    has no eigenvalue clearly below 0, a saddle has one.

    Args:
        W: weights of one model, shape (n_hidden, n_features).
        b: biases, shape (n_features,).
        density: p in (0, 1], a scalar or shape (n_features,).
        importance: I, a scalar or shape (n_features,).

    Returns:
        Shape (n_hidden · n_features + n_features,).

    Raises:
        UsageError: as `phasesim.population_loss`.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, for model and loss; the test is our own.

    >>> from phasesim.theory import optimum
    >>> W, b = optimum(2, 1, density=0.1, importance=1.0).params
    >>> bool(hessian_eigenvalues(W, b, density=0.1, importance=1.0)[0] > 0)
    True
    """
    W, b = np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)
    point = np.concatenate([W.ravel(), b])
    steps = _STEP * np.eye(len(point))
    points = np.concatenate([point + steps, point - steps])
    _, dW, db = population_loss_and_gradient(
        points[:, : W.size].reshape(-1, *W.shape),
        points[:, W.size :],
        density=density,
        importance=importance,
    )
    gradient = np.concatenate([dW.reshape(len(points), -1), db], axis=1)
    up, down = np.split(gradient, 2)
    H = (up - down) / (2 * _STEP)
    return np.linalg.eigvalsh((H + H.T) / 2)
