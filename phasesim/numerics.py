"""Small numerical helpers that work on NumPy and JAX arrays alike."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np


def namespace(array: Any) -> ModuleType:
    """The module, `numpy` or `jax.numpy`, whose functions fit an array; NumPy for numbers."""
    found = getattr(array, "__array_namespace__", None)
    return found() if found is not None else np


def known_mean(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """Mean along an axis of what is finite; NaN where nothing is, without a warning.

    >>> known_mean(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])).tolist()
    [2.0, nan]
    """
    finite = np.isfinite(values)
    count = finite.sum(axis=axis)
    total = np.where(finite, values, 0).sum(axis=axis)
    return np.divide(total, count, out=np.full(np.shape(total), np.nan), where=count > 0)


def unit_exponential_integral(w: Any) -> Any:
    """∫₀¹ exp(i w x) dx = (exp(iw) - 1)/(iw) = exp(iw/2) sin(w/2)/(w/2), without the 0/0 at w = 0.

    Args:
        w: real frequencies, any shape.

    Returns:
        Complex array of that shape.

    >>> complex(unit_exponential_integral(0.0))
    (1+0j)
    """
    xp = namespace(w)
    half = xp.asarray(w) / 2
    return xp.exp(1j * half) * xp.sinc(half / math.pi)
