"""One representative of all solutions that differ by a rotation or reflection."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns

#: An axis is laid along the first column that is at least this long compared to the longest, both
#: as far as no axis covers them yet: the first features where they can be, never a dead one.
_LONG = 0.5


@_columns.quiet
def canonical(W: ArrayLike) -> NDArray[np.float64]:
    """W turned so that solutions which are equal up to rotation and reflection coincide.

    Axis 1 points along a first column, the second lies in the plane of axes 1 and 2 with a
    positive second coordinate, and so on; dimensions that W does not span come last, as rows of
    zeros. The columns are taken in order, but for those of less than half the length of the
    longest, so that a short column, whose direction is noise, decides nothing. Equal Gram matrices
    give equal results up to rounding. The order of the features is kept: for permutations see
    `align`. The sign of a single feature is no symmetry of a ReLU output, and is kept too.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.

    Returns:
        Q W with orthogonal Q, of the shape of W; NaN for models with a weight that is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Gram-Schmidt; Elhage et al. 2022, Toy Models of Superposition, overlay solutions so.

    >>> canonical([[0.0, -2.0], [-1.0, 0.0]])
    array([[1., 0.],
           [0., 2.]])
    """
    left = _columns.weights(W)
    undefined = ~np.isfinite(left).all(axis=(-2, -1), keepdims=True)
    left, turned = np.where(undefined, 0.0, left), np.empty(left.shape)
    dead = _columns.TIE * np.max(_columns.norms(left), axis=-1, keepdims=True)
    for row in range(left.shape[-2]):
        length = _columns.norms(left)
        longest = np.max(length, axis=-1, keepdims=True)
        pick = np.argmax(length >= _LONG * longest, axis=-1)[..., None]
        size = np.take_along_axis(length, pick, axis=-1)
        column = np.take_along_axis(left, pick[..., None, :], axis=-1)
        axis = np.where((size > dead)[..., None, :], column / size[..., None, :], 0.0)
        turned[..., row : row + 1, :] = np.swapaxes(axis, -1, -2) @ left
        left = left - axis * turned[..., row : row + 1, :]
    return np.where(undefined, np.nan, turned)
