"""How far features of one set overlap, and features of different sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.metrics import _columns, _phases, _represented

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Sets = Sequence[Sequence[int]]


class Overlap(NamedTuple):
    """The cosine of largest size among the pairs of a kind, 0 where there is none."""

    within: Array
    """Of two features of each set, shape (..., sets)."""
    between: Array
    """Of two features of different sets, shape (...)."""

    @property
    def mates(self) -> Array:
        """Of two features of any one set, shape (...)."""
        at = np.argmax(np.abs(self.within), axis=-1)
        return np.take_along_axis(self.within, at[..., None], axis=-1)[..., 0]


def prepare_overlap(
    W: ArrayLike, *, sets: Sets, neurons: bool = False, least: float = _phases.REPRESENTED_NORM
) -> Overlap:
    """Which features share a line and with which sign, or share neurons.

    A pair's overlap is Ŵ_i·Ŵ_j, or for neurons Σ_k |Ŵ_ki Ŵ_kj|: 0 for features on neurons of their
    own, 1 for features on the same ones.

    Args:
        W: weights, shape (..., n_hidden, n_features).
        sets: the features of each set; together all of them, each once.
        neurons: of neurons instead of lines, where the hidden layer has a basis of its own.
        least: shorter features share nothing; by default those that are not represented.

    Returns:
        `Overlap`.

    Raises:
        UsageError: the sets are not the features of W.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".

    >>> found = prepare_overlap([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]], sets=[[0, 1], [2]])
    >>> found.within.tolist(), float(found.between)
    ([-1.0, 0.0], 0.0)
    """
    W = _columns.weights(W)
    cosine = _represented.cosines(np.abs(W) if neurons else W)
    long = _columns.norms(W) >= least
    cosine = np.where(long[..., :, None] & long[..., None, :], cosine, 0.0)
    own = memberships(sets, W.shape[-1])
    within = [_largest(cosine, row[:, None] & row[None]) for row in own]
    return Overlap(np.stack(within, axis=-1), _largest(cosine, ~same_set(sets, W.shape[-1])))


def prepare_set_rms(W: ArrayLike, *, sets: Sets) -> tuple[Array, Array]:
    """Root mean square of W_i·W_j over pairs of different features of one set, and of two sets.

    Args:
        W: weights, shape (..., n_hidden, n_features).
        sets: as `prepare_overlap`.

    Returns:
        Two of shape (...); NaN where there is no such pair.

    Raises:
        UsageError: as `prepare_overlap`.

    Source:
        As `prepare_overlap`.

    >>> prepare_set_rms([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]], sets=[[0, 1], [2]])[0].item()
    0.0
    """
    W = _columns.weights(W)
    square, same = (np.swapaxes(W, -1, -2) @ W) ** 2, same_set(sets, W.shape[-1])
    masks = same & ~np.eye(len(same), dtype=bool), ~same
    within, across = (
        np.sqrt(np.mean(square[..., m], axis=-1)) if m.any() else np.full(W.shape[:-2], np.nan)
        for m in masks
    )  # fmt: skip
    return within, across


def memberships(sets: Sets, n: int) -> Mask:
    """Whether a set holds a feature, (sets, n); an error unless each feature is in one set."""
    if sorted(i for members in sets for i in members) != list(range(n)):
        raise UsageError(f"sets: found {sets}, expected each of the {n} features once")
    return np.array([np.isin(np.arange(n), members) for members in sets])


def same_set(sets: Sets, n: int) -> Mask:
    """Whether two features are of one set, (n, n)."""
    own = memberships(sets, n)
    return np.any(own[:, :, None] & own[:, None], axis=0)


def _largest(cosine: Array, chosen: Mask) -> Array:
    """(..., n, n) -> (...): the signed entry of largest size among the chosen ones."""
    flat = np.where(chosen & ~np.eye(len(chosen), dtype=bool), cosine, 0.0)
    flat = flat.reshape(*cosine.shape[:-2], -1)
    at = np.argmax(np.abs(flat), axis=-1)
    return np.take_along_axis(flat, at[..., None], axis=-1)[..., 0]
