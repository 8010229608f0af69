"""The local minimum of the exact loss that a descent reaches: no search, one start each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phasesim.theory._minimise import minimise
from phasesim.theory.exact import MOST_NESTED, fixed_loss_and_gradient
from phasesim.theory.moments import null_loss

Array = NDArray[np.float64]

_TOLERANCE, _SERIES_TOLERANCE = 1e-9, 1e-6
_MAX_EVALUATIONS = 400


def local_minimum(start: Array, p: Array, weight: Array, m: int) -> tuple[Array, Array]:
    """The minima that descents from the rows of ``start`` (W, then b) reach, and their losses.

    Args:
        start: shape (rows, m n + n).
        p: densities, shape (rows, n).
        weight: importances, shape (rows, n).
        m: hidden units.
    """
    n = p.shape[1]
    scale = null_loss(density=p, importance=weight)
    # in units of the null loss the curvature along b grows as 1/p
    unit = np.concatenate([np.ones((len(p), m * n)), np.sqrt(p)], axis=1)

    def objective(x: Array, at: NDArray[np.intp]) -> tuple[Array, Array]:
        x = x * unit[at]
        W, b = x[:, : m * n].reshape(-1, m, n), x[:, m * n :]
        loss, dW, db = fixed_loss_and_gradient(W, b, p[at], weight[at])
        slope = np.concatenate([dW.reshape(len(x), -1), db], axis=1) * unit[at]
        return loss / scale[at], slope / scale[at, None]

    tolerance = _TOLERANCE if n <= MOST_NESTED else _SERIES_TOLERANCE
    x, loss = minimise(
        objective, start / unit, tolerance=tolerance, max_evaluations=_MAX_EVALUATIONS
    )
    return x * unit, loss * scale
