"""Two sets of vectors, the same but for the order?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

Array = NDArray[np.float64]
Order = NDArray[np.intp]

#: partial orders tried before a search is given up; exact copies mostly take one for each vector
MOST_VISITS = 2_000


def matching(found: Array, wanted: Array, tolerance: float) -> Order | None:
    """An order in which one Gram matrix equals another, by depth-first search.

    Args:
        found: Gram matrix, shape (k, k).
        wanted: another, shape (k, k).
        tolerance: largest difference of two entries that count as equal.

    Returns:
        ``order`` with ``|found[order][:, order] - wanted| <= tolerance``, or None where there is
        no such order, or none among the first `MOST_VISITS` partial ones. The nearest vector is
        always tried first.
    """
    places = _connected(wanted)
    alone = _least_difference(found, wanted)
    order: list[int] = []

    def candidates() -> Iterator[int]:
        """Vectors that may stand at the next place, the nearest first."""
        place, before = places[len(order)], places[: len(order)]
        apart = np.max(np.abs(found[:, order] - wanted[place, before]), axis=1, initial=0.0)
        apart = np.maximum(apart, alone[place])
        apart[order] = np.inf
        return (int(i) for i in np.argsort(apart, kind="stable") if apart[i] <= tolerance)

    tried, visits = [candidates()], 1
    while tried and visits <= MOST_VISITS:
        fitting = next(tried[-1], None)
        if fitting is None:
            tried.pop()
            del order[-1:]
            continue
        order.append(fitting)
        if len(order) == len(places):
            back = np.empty(len(places), dtype=np.intp)
            back[places] = order
            return back
        tried.append(candidates())
        visits += 1
    return None


def sorted_rows(G: Array) -> Array:
    """Squared length and sorted overlaps of each vector, which no order changes."""
    return np.column_stack([np.diagonal(G), np.sort(G, axis=1)])


def _least_difference(found: Array, wanted: Array) -> Array:
    """By how much entries differ at least if vector j stands at place i, at [i, j]."""
    apart = cdist(sorted_rows(wanted), sorted_rows(found), "chebyshev")
    return np.asarray(apart, np.float64)


def _connected(G: Array) -> Order:
    """All places, each next one that with the largest overlap with those before it.

    What does not fit then shows at once, not after many orthogonal vectors have been placed.
    """
    places = [0]
    reach = np.abs(G[0]).copy()
    while len(places) < len(G):
        reach[places] = -1.0
        places.append(int(np.argmax(reach)))
        reach = np.maximum(reach, np.abs(G[places[-1]]))
    return np.array(places, dtype=np.intp)
