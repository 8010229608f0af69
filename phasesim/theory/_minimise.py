"""Many small minimisations side by side: BFGS written over a leading axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: (points, indices of their problems) -> values, gradients
Objective = Callable[[Array, NDArray[np.intp]], tuple[Array, Array]]

_SUFFICIENT_DECREASE = 1e-4
# rounding of a loss of order 1: near the minimum no step can show a decrease larger than this
_ROUNDING = 4e-16
_SHORTEST_STEP = 1e-10


def minimise(
    objective: Objective, start: Array, *, tolerance: float, max_evaluations: int
) -> tuple[Array, Array]:
    """Local minimum of each problem, from its own start.

    Each evaluation tries one step in every problem that still moves: a step that lowers the value
    enough is taken and updates that problem's inverse Hessian, any other is shortened.

    Args:
        objective: values of order 1 and gradients of the problems asked for.
        start: starting points, shape (problems, parameters).
        tolerance: largest gradient component at which a problem is finished.
        max_evaluations: evaluations of one problem after which it is left where it is.

    Returns:
        Points, shape (problems, parameters), and values, shape (problems,).
    """
    left = np.arange(len(start))
    x, (f, g) = start, objective(start, left)
    end_x, end_f = x.copy(), f.copy()
    # the first step is a short one downhill; its curvature then sets the scale
    H = np.eye(start.shape[1]) / np.maximum(1.0, 4.0 * _size(g))[:, None, None]
    step, fresh = np.ones(len(left)), np.ones(len(left), dtype=bool)
    for _ in range(max_evaluations):
        moving = (_size(g) > tolerance) & (step > _SHORTEST_STEP)
        if not moving.any():
            break
        left, fresh = left[moving], fresh[moving]
        x, f, g, H, step = (v[moving] for v in (x, f, g, H, step))
        direction = -np.einsum("ijk,ik->ij", H, g)
        slope = np.sum(direction * g, axis=1)
        trial = x + step[:, None] * direction
        f_new, g_new = objective(trial, left)
        taken = f_new <= f + _SUFFICIENT_DECREASE * step * slope + _ROUNDING
        _update(H, taken, fresh, trial - x, g_new - g)
        # minimum of the parabola through both values and the slope, kept within bounds
        shorter = -0.5 * slope * step**2 / np.maximum(f_new - f - slope * step, 1e-300)
        step = np.where(taken, 1.0, np.clip(shorter, 0.1 * step, 0.5 * step))
        fresh &= ~taken
        x = np.where(taken[:, None], trial, x)
        f, g = np.where(taken, f_new, f), np.where(taken[:, None], g_new, g)
        end_x[left], end_f[left] = x, f
    return end_x, end_f


def _size(g: Array) -> Array:
    return np.max(np.abs(g), axis=1)


def _update(H: Array, taken: NDArray, fresh: NDArray, s: Array, y: Array) -> None:
    """BFGS update of the inverse Hessians in place, where the step was taken and curved upward."""
    sy = np.sum(s * y, axis=1)
    curved = taken & (sy > 1e-10 * np.linalg.norm(s, axis=1) * np.linalg.norm(y, axis=1))
    scaled = curved & fresh
    H[scaled] = (sy / np.maximum(np.sum(y * y, axis=1), 1e-300))[scaled, None, None] * np.eye(
        H.shape[1]
    )
    s, y, sy, old = s[curved], y[curved], sy[curved, None, None], H[curved]
    Hy = np.einsum("ijk,ik->ij", old, y)
    yHy = np.sum(y * Hy, axis=1)[:, None, None]
    mixed = s[:, :, None] * Hy[:, None, :]
    outer = s[:, :, None] * s[:, None, :]
    H[curved] = old + (1.0 + yHy / sy) * outer / sy - (mixed + np.swapaxes(mixed, 1, 2)) / sy
