"""The angles of a model in three numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _represented

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AngleSummary:
    """Angles of each model in degrees, shape (...); NaN where a model has none."""

    smallest: Array
    """Of all pairs whose angle is defined."""
    mean: Array
    """Over the same pairs."""
    largest: Array
    """Of the same pairs."""


def angle_summary(angles: ArrayLike) -> AngleSummary:
    """Smallest, mean and largest angle of each model.

    Args:
        angles: what the metrics `angle` and `centred_angle` return, shape (..., n, n).

    Returns:
        `AngleSummary` over pairs whose angle is defined.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition".

    >>> from phasesim.metrics import angle
    >>> found = angle_summary(angle([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]]))
    >>> float(found.smallest), float(found.mean), float(found.largest)
    (90.0, 120.0, 180.0)
    """
    angles = np.asarray(angles, dtype=np.float64)
    known = ~np.isnan(angles)
    count = np.count_nonzero(known, axis=(-2, -1))
    total = np.sum(angles, axis=(-2, -1), where=known)
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    smallest, largest = _represented.smallest(angles, known), _represented.smallest(-angles, known)
    return AngleSummary(smallest, mean, -largest)
