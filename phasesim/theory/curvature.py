"""Whether a point where the gradient vanishes is a minimum or a saddle."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.theory.exact import checked, population_loss_and_gradient

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
        W: weights, shape (..., n_hidden, n_features).
        b: biases, shape (..., n_features).
        density: p in (0, 1], a scalar, or shape (..., n_features) or (..., 1).
        importance: I, a scalar, or shape (..., n_features) or (..., 1).

    Returns:
        Shape (..., n_hidden · n_features + n_features).

    Raises:
        UsageError: as `phasesim.population_loss`.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, for model and loss; the test is our own.

    >>> from phasesim.theory import optimum
    >>> W, b = optimum(2, 1, density=0.1, importance=1.0).params
    >>> bool(hessian_eigenvalues(W, b, density=0.1, importance=1.0)[0] > 0)
    True
    """
    W, b, p, importance = checked(W, b, density, importance)
    batch, (m, n) = W.shape[:-2], W.shape[-2:]
    point = np.concatenate([W.reshape(*batch, m * n), b], axis=-1)
    columns = []
    for step in _STEP * np.eye(m * n + n):
        points = np.stack([point + step, point - step])
        _, dW, db = population_loss_and_gradient(
            points[..., : m * n].reshape(2, *W.shape), points[..., m * n :],
            density=p, importance=importance,
        )  # fmt: skip
        up, down = np.concatenate([dW.reshape(2, *batch, m * n), db], axis=-1)
        columns.append((up - down) / (2 * _STEP))
    H = np.stack(columns, axis=-1)
    return np.linalg.eigvalsh((H + np.swapaxes(H, -1, -2)) / 2)
