"""What every metric needs of W: checked weights, column norms, directions, projections.

Two lengths decide what counts as a direction at all; both are stated here and nowhere else.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError

#: A column shorter than this has no direction: its superposition and dimensionality are 0. The
#: notebook of Toy Models of Superposition clamps norms at the same length.
NORM_FLOOR = 1e-6

#: A column shorter than this is nobody's partner. It adds less than 0.01 to any s_i, while the
#: direction of a dead column is noise that may by chance lie closest to a feature.
PARTNER_FLOOR = 0.1

#: Overlaps relatively this close count as equal: float32 weights do not tell them apart.
TIE = 1e-6

#: Diverged weights may overflow; the metric is then inf or NaN, which is the answer.
quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")


def weights(W: ArrayLike) -> NDArray[np.float64]:
    """W in float64, refused unless it is real and at least two-dimensional."""
    array = np.asarray(W)
    if array.dtype.kind not in "fiub":
        raise UsageError(f"W: found dtype {array.dtype}, expected real numbers")
    if array.ndim < 2:
        raise UsageError(
            f"W: found shape {array.shape}, expected (..., n_hidden, n_features), "
            "one column a feature"
        )
    return array.astype(np.float64)


def norms(W: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length of each column: (..., m, n) -> (..., n); squares that overflow do no harm."""
    return np.hypot.reduce(W, axis=-2)


@quiet
def share_longer(W: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    """|{i: ‖W_i‖ > length}| / n, shape (...); NaN if any weight is NaN."""
    norm = norms(W)
    return np.where(np.isnan(norm).any(axis=-1), np.nan, np.mean(norm > length, axis=-1))


@quiet
def directions(W: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ŵ: columns of length 1, or 0 where a column has no direction."""
    length = norms(W)[..., None, :]
    # written so that a NaN length stays NaN instead of passing for a short column
    return np.where(length < NORM_FLOOR, 0.0, W / np.maximum(length, NORM_FLOOR))


@quiet
def projections(W: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ŵ_i·W_j at [..., i, j]; row i is 0 where column i has no direction."""
    return np.swapaxes(directions(W), -1, -2) @ W


@quiet
def others(P: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same matrices with the diagonal set to 0, NaN where it was not finite."""
    return P * (1.0 - np.eye(P.shape[-1]))


@quiet
def partner_cosine(W: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed cosine between each column and its partner: (..., m, n) -> (..., n).

    The partner of i is the column j ≠ i with the largest |cos|, among those no shorter than
    `PARTNER_FLOOR`; among tied ones (all, for m = 1) that with the largest |Ŵ_i·W_j|; among
    those an opposite one before an aligned one. Without a partner, or without a direction of its
    own, the cosine is 0.
    """
    projection = others(projections(W))
    length = norms(W)[..., None, :]
    cosine = np.where(length < PARTNER_FLOOR, 0.0, projection / np.maximum(length, PARTNER_FLOOR))
    nearest = _largest(np.abs(cosine))
    strongest = _largest(np.where(nearest, np.abs(projection), 0.0))
    found = np.min(np.where(nearest & strongest, cosine, np.inf), axis=-1)
    undefined = np.isnan(cosine).any(axis=-1)
    return np.where(undefined, np.nan, np.clip(found, -1.0, 1.0))


def _largest(sizes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which entries along the last axis equal the largest one, up to rounding."""
    return sizes >= (1.0 - TIE) * np.max(sizes, axis=-1, keepdims=True)
