"""Asymmetric superposition: a neuron strong in from one feature and strong out to another."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError

#: |weight| in of the main feature over that of the second
_RATIO = 2.0
#: of a neuron's largest weight, below which the second is noise
_LEAST = 0.1


def motifs(W_in: ArrayLike, W_out: ArrayLike) -> list[tuple[int, int, int, int]]:
    """Neurons that serve two features at unequal strength, corrected by another neuron.

    Neuron j with the features a and b of its largest weights in: |W_in[j, a]| ≥ 2 |W_in[j, b]|,
    the other way round for the weights out, W_out[b, j] ≥ 2 W_out[a, j] > 0; and a neuron k that
    fires with the same sign of a and inhibits b: W_out[b, k] < 0. As W_in = [2, -1/2],
    W_out = [1/2, 2] of the paper.

    Args:
        W_in: shape (n_hidden, n_features).
        W_out: shape (n_features, n_hidden).

    Returns:
        (j, a, b, k) of each such neuron, k the one that inhibits most.

    Raises:
        UsageError: shapes that do not go with each other.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Computation in Superposition": the
        asymmetric superposition motif.

    >>> motifs([[2.0, -0.5], [1.0, 0.0]], [[0.5, 0.5], [2.0, -1.0]])
    [(0, 0, 1, 1)]
    """
    W_in, W_out = np.asarray(W_in, dtype=float), np.asarray(W_out, dtype=float)
    if W_in.ndim != 2 or W_out.shape != W_in.shape[::-1]:
        raise UsageError(f"W_out: found shape {W_out.shape}, expected that of W_in transposed, "
                         f"{W_in.shape[::-1]}")  # fmt: skip
    if W_in.shape[1] < 2:
        return []
    found = []
    for j, weights in enumerate(W_in):
        a, b = (int(i) for i in np.argsort(-np.abs(weights))[:2])
        main, second = abs(weights[a]), abs(weights[b])
        unequal = main >= _RATIO * second and second >= _LEAST * main > 0
        if not (unequal and W_out[b, j] >= _RATIO * W_out[a, j] > 0):
            continue
        inhibiting = inhibitors(W_in, W_out, j, a, b)
        if inhibiting.size:
            found.append((j, a, b, int(inhibiting[np.argmin(W_out[b, inhibiting])])))
    return found


def inhibitors(
    W_in: NDArray[np.float64], W_out: NDArray[np.float64], j: int, a: int, b: int
) -> NDArray[np.intp]:
    """Other neurons that fire with feature a as neuron j does, and inhibit output b."""
    with_a = W_in[:, a] * np.sign(W_in[j, a]) > _LEAST * np.abs(W_in).max(axis=1)
    return np.flatnonzero(with_a & (W_out[b] < 0) & (np.arange(len(W_in)) != j))
