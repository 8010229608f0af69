"""The polytopes that the features of a model form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.geometry._matching import matching
from phasesim.geometry.components import EDGE, RANK_TOLERANCE, blocks, rank_and_residual
from phasesim.geometry.polytopes import Polytope, polytopes_of
from phasesim.metrics import _columns, _represented

Array = NDArray[np.float64]

#: Cosines may differ from a polytope's by this share of their root mean square: by 0.2 for a
#: triangle (±13°), 0.13 for a tetrahedron (±8°), 0.24 for a pentagon (±14°).
TOLERANCE = 0.4

OTHER = "other"


@dataclass(frozen=True)
class Factor:
    """One factor of a tegum sum.

    Attributes:
        members: its features, ascending.
        k: how many they are.
        d: dimensions they span.
        label: name of the polytope (`polytopes_of`), or "other".
        residual: tight-frame residual, as of `components`.
    """

    members: tuple[int, ...]
    k: int
    d: int
    label: str
    residual: float


def tegum_factors(
    W: ArrayLike,
    *,
    threshold: float = EDGE,
    rank_tolerance: float = RANK_TOLERANCE,
    tolerance: float = TOLERANCE,
) -> list[Factor]:
    """Components of a model as polytopes, in the order of their first features.

    Args:
        W: weights of one model, shape (n_hidden, n_features), dimensionless.
        threshold: overlap |W_i·W_j| above which two features are joined.
        rank_tolerance: share of the largest singular value below which one counts as 0.
        tolerance: how far cosines may be from a polytope's, as for `polytope_label`.

    Returns:
        `Factor`s; none of features that are not represented, and none for a model with a weight
        that is not finite.

    Raises:
        UsageError: W is not a real array of two dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".

    >>> [(f.label, f.members) for f in tegum_factors([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]])]
    [('digon', (0, 2)), ('dedicated', (1,))]
    """
    W = _one(W)
    found = []
    for block in blocks(W[None], threshold, rank_tolerance):
        labels = _labels(block.columns, block.dim, tolerance)
        k = block.members.shape[1]
        for row, d, label, residual in zip(
            block.members, block.dim, labels, block.residual, strict=True
        ):
            found.append(Factor(tuple(row.tolist()), k, int(d), str(label), float(residual)))
    return sorted(found, key=lambda factor: factor.members)


def polytope_labels(
    W: ArrayLike,
    *,
    threshold: float = EDGE,
    rank_tolerance: float = RANK_TOLERANCE,
    tolerance: float = TOLERANCE,
) -> NDArray[np.str_]:
    """Name of the polytope each feature belongs to, for any number of models at once.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        threshold: as for `tegum_factors`.
        rank_tolerance: as for `tegum_factors`.
        tolerance: as for `tegum_factors`.

    Returns:
        Names, shape (..., n_features): those of `tegum_factors`, "ignored" for a feature that is
        not represented, "undefined" for models with a weight that is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".

    >>> polytope_labels([[1.0, -0.5, -0.5, 0.1], [0.0, 0.75**0.5, -0.75**0.5, 0.0]]).tolist()
    ['triangle', 'triangle', 'triangle', 'ignored']
    """
    W = _columns.weights(W)
    usable = np.repeat(_represented.finite(W).ravel(), W.shape[-1])
    names = np.where(usable, "ignored", "undefined").astype(object)
    stack = W.reshape(-1, *W.shape[-2:])
    for block in blocks(stack, threshold, rank_tolerance):
        names[block.members] = _labels(block.columns, block.dim, tolerance)[:, None]
    return names.astype(str).reshape(*W.shape[:-2], W.shape[-1])


def polytope_label(
    W: ArrayLike, *, rank_tolerance: float = RANK_TOLERANCE, tolerance: float = TOLERANCE
) -> str:
    """Name of the polytope that all columns form together, orthogonal parts included.

    The columns are compared by their directions: every cosine must be within ``tolerance`` times
    the root mean square cosine of the polytope, in some order.

    Args:
        W: vectors in columns, shape (m, k), none of length 0.
        rank_tolerance: share of the largest singular value below which one counts as 0.
        tolerance: how far cosines may be from the polytope's.

    Returns:
        A name of `polytopes_of`, or "other".

    Raises:
        UsageError: W is not a real array of two dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".

    >>> polytope_label(np.hstack([np.eye(3), -np.eye(3)]))
    'octahedron'
    """
    W = _one(W)
    if not np.isfinite(W).all():
        return OTHER
    dim = rank_and_residual(W[None], rank_tolerance)[0]
    return str(_labels(W[None], dim, tolerance)[0])


def _one(W: ArrayLike) -> Array:
    W = _columns.weights(W)
    if W.ndim != 2:
        raise UsageError(f"W: found shape {W.shape}, expected one model, (n_hidden, n_features)")
    return W


def _labels(columns: Array, dim: NDArray[np.intp], tolerance: float) -> NDArray[np.object_]:
    """Labels of sets of as many vectors each: columns (sets, m, k), dim (sets,)."""
    cosine = _represented.cosines(columns)
    labels = np.full(len(columns), OTHER, dtype=object)
    for d in np.unique(dim):
        for polytope in polytopes_of(columns.shape[-1], int(d)):
            # a single vector has no scale, but its own cosine is 1 only up to rounding
            close = max(tolerance * polytope.scale, _columns.TIE)
            left = np.flatnonzero((dim == d) & (labels == OTHER))
            for i in left[_may_match(cosine[left], polytope, close)]:
                if matching(cosine[i], polytope.cosines, close) is not None:
                    labels[i] = polytope.name
    return labels


def _may_match(cosine: Array, polytope: Polytope, close: float) -> NDArray[np.bool_]:
    """Whether the sorted cosines agree, without which no order can make them agree."""
    i, j = np.triu_indices(polytope.k, 1)
    apart = np.sort(cosine[:, i, j], axis=-1) - np.sort(polytope.cosines[i, j])
    return np.max(np.abs(apart), axis=-1, initial=0.0) <= close
