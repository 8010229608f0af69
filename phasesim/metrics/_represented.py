"""Which features of a model are represented, and the cosines between those."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phasesim.metrics import _columns
from phasesim.metrics._phases import REPRESENTED_NORM

Array = NDArray[np.float64]


def finite(W: Array) -> NDArray[np.bool_]:
    """Whether all weights of a model are finite: (..., m, n) -> (...)."""
    return np.all(np.isfinite(W), axis=(-2, -1))


def represented(W: Array) -> NDArray[np.bool_]:
    """‖W_i‖ ≥ 1/2 in a model whose weights are finite: (..., m, n) -> (..., n)."""
    return (_columns.norms(W) >= REPRESENTED_NORM) & finite(W)[..., None]


def pairs(W: Array) -> NDArray[np.bool_]:
    """Whether i and j are two different represented features: (..., m, n) -> (..., n, n)."""
    kept = represented(W)
    return kept[..., :, None] & kept[..., None, :] & ~np.eye(W.shape[-1], dtype=bool)


@_columns.quiet
def cosines(W: Array) -> Array:
    """Ŵ_i·Ŵ_j at [..., i, j] in [-1, 1]."""
    unit = _columns.directions(W)
    return np.clip(np.swapaxes(unit, -1, -2) @ unit, -1.0, 1.0)


@_columns.quiet
def degrees(cosine: Array, where: NDArray[np.bool_]) -> Array:
    """Angles in degrees, NaN outside ``where``."""
    return np.where(where, np.degrees(np.arccos(cosine)), np.nan)


def smallest(values: Array, where: NDArray[np.bool_]) -> Array:
    """Least of the chosen values of each model, (..., n, n) -> (...); NaN where there is none."""
    least = np.min(values, axis=(-2, -1), where=where, initial=np.inf)
    return np.where(np.isinf(least), np.nan, least)


def mean_square(cosine: Array, where: NDArray[np.bool_]) -> Array:
    """Mean of the chosen squares, (..., n, n) -> (...); NaN where there is none."""
    count = np.count_nonzero(where, axis=(-2, -1))
    total = np.sum(np.where(where, cosine, 0.0) ** 2, axis=(-2, -1))
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
