"""Features that share dimensions, as the connected components of a graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from phasesim.metrics import _columns, _represented

Array = NDArray[np.float64]

#: pairs with |W_i·W_j| above this share dimensions
EDGE = 0.2

#: A singular value below this share of the largest is noise of training. All are equal for a
#: tight frame; two features count as antipodal up to 22° from it.
RANK_TOLERANCE = 0.2

#: entries of Gram matrices held at once
_MOST_ENTRIES = 1 << 20


@dataclass(frozen=True)
class Components:
    """What each feature's component is; arrays have shape (..., n), NaN for undefined models."""

    index: Array
    """Number of the component, in the order of first features; -1 for features not represented."""
    size: Array
    """Number k of its features; 0 for features not represented."""
    dim: Array
    """Number d of dimensions it spans; 0 for features not represented."""
    residual: Array
    """Tight-frame residual; NaN for features not represented."""


@dataclass(frozen=True)
class Block:
    """All components of one size, of all models."""

    members: NDArray[np.intp]
    """Model number times n plus feature, ascending, shape (components, k)."""
    columns: Array
    """Their columns, shape (components, m, k)."""
    dim: NDArray[np.intp]
    """Dimensions d, shape (components,)."""
    residual: Array
    """Tight-frame residual, shape (components,)."""


def components(
    W: ArrayLike, *, threshold: float = EDGE, rank_tolerance: float = RANK_TOLERANCE
) -> Components:
    """Connected components of the graph of features that overlap.

    Nodes are the features with ‖W_i‖ ≥ 1/2, edges the pairs with |W_i·W_j| > threshold. Where
    components are orthogonal to each other they are the factors of a tegum sum. The residual is
    ‖W Wᵀ - c 1‖ / ‖c 1‖ in the span of the component, c = (k/d) × mean squared norm.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        threshold: overlap above which two features are joined.
        rank_tolerance: share of the largest singular value below which one counts as 0.

    Returns:
        `Components`, NaN for models with a weight that is not finite.

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".

    >>> components([[1.0, 0.0, -1.0, 0.1], [0.0, 1.0, 0.0, 0.0]]).size
    array([2., 1., 2., 0.])
    """
    W = _columns.weights(W)
    n = W.shape[-1]
    stack = W.reshape(-1, *W.shape[-2:])
    flat = len(stack) * n
    first = np.full(flat, -1)
    size, dim, residual = np.zeros(flat), np.zeros(flat), np.full(flat, np.nan)
    for block in blocks(stack, threshold, rank_tolerance):
        first[block.members] = block.members[:, :1]
        size[block.members] = block.members.shape[1]
        dim[block.members] = block.dim[:, None]
        residual[block.members] = block.residual[:, None]
    # components are counted where their first features stand
    opens = (first == np.arange(flat)).reshape(len(stack), n)
    counted = np.cumsum(opens, axis=-1).ravel() - 1
    index = np.where(first < 0, -1, counted[first])
    usable = _represented.finite(W)[..., None]
    return Components(
        *(np.where(usable, v.reshape(*W.shape[:-2], n), np.nan)
          for v in (index, size, dim, residual))
    )  # fmt: skip


def blocks(W: Array, threshold: float, rank_tolerance: float) -> Iterator[Block]:
    """The components of a stack of models (models, m, n), gathered by their size."""
    n = W.shape[-1]
    kept = np.flatnonzero(_represented.represented(W))
    model, i, j = _edges(W, threshold)
    graph = coo_array((np.ones(len(i), bool), (model * n + i, model * n + j)), [len(W) * n] * 2)
    label = connected_components(graph, directed=False)[1][kept]
    nodes = kept[np.argsort(label, kind="stable")]
    sizes = np.unique(label, return_counts=True)[1]
    starts = np.cumsum(sizes) - sizes
    for k in np.unique(sizes):
        members = nodes[starts[sizes == k][:, None] + np.arange(k)]
        columns = W[members // n, :, members % n].swapaxes(-1, -2)
        yield Block(members, columns, *rank_and_residual(columns, rank_tolerance))


@_columns.quiet
def rank_and_residual(columns: Array, rank_tolerance: float) -> tuple[NDArray[np.intp], Array]:
    """Numerical rank and tight-frame residual of (..., m, k), one of each a matrix."""
    s = np.linalg.svd(columns, compute_uv=False)
    share = s / s[..., :1]
    kept = share > rank_tolerance
    d = np.count_nonzero(kept, axis=-1)
    squares = np.where(kept, share**2, 0.0)
    level = np.sum(squares, axis=-1) / d
    apart = np.where(kept, squares / level[..., None] - 1.0, 0.0)
    return d, np.sqrt(np.sum(apart**2, axis=-1) / d)


@_columns.quiet
def _edges(W: Array, threshold: float) -> tuple[NDArray[np.intp], ...]:
    """Model, i and j > i of every edge."""
    step = max(1, _MOST_ENTRIES // W.shape[-1] ** 2)
    found = [np.empty((3, 0), int)]
    for start in range(0, len(W), step):
        some = W[start : start + step]
        joined = np.abs(np.swapaxes(some, -1, -2) @ some) > threshold
        edges = np.array(np.nonzero(np.triu(joined & _represented.pairs(some))))
        found.append(edges + np.array([[start], [0], [0]]))
    return tuple(np.concatenate(found, axis=1))
