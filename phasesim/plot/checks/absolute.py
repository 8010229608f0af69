"""What is said of absolute values computed in superposition."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._axis_lines import prepare_axis_lines
from phasesim.plot._curve import DENSITY
from phasesim.plot._motif import motifs
from phasesim.plot._outputs import output_values
from phasesim.result import Result

_SEED = 20220914
#: a neuron of asymmetric superposition with its inhibitor, and one without
_PLANTED = np.array([[2.0, -0.5], [1.0, 0.0]]), np.array([[0.5, 0.5], [2.0, -1.0]])
_EVEN = np.array([[1.0, -1.0], [1.0, 0.0]]), np.array([[1.0, 0.5], [1.0, -1.0]])


def naive_loss(result: Result) -> np.ndarray:
    """Loss over the null loss of two neurons each for the m/2 most important features, (*axes)."""
    e = result.sweep.experiment
    weight = np.sort(np.asarray(e.importance.per_feature(e.n_features), dtype=float))[::-1]
    share = float(weight[e.n_hidden // 2 :].sum() / weight.sum())
    return np.full(result.sweep.shape, share)


def absolute(result: Result) -> list[dict[str, Any]]:
    """Dense, a neuron serves one feature; sparse, all serve several and beat the naive solution.

    Args:
        result: of the model absolute over the density, equal densities of all features, with the
            analysis basis_alignment.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Computation in Superposition".
    """
    found, m = result.analysis("basis_alignment"), result.sweep.experiment.n_hidden
    shared, turned = (
        prepare_axis_lines(found, output_values(found, name) / m, DENSITY).mean[""][::-1]
        for name in ("polysemantic", "polysemantic_rotated")
    )
    loss = prepare_axis_lines(result, _relative(result), DENSITY).mean[""][::-1]
    naive = float(naive_loss(result).ravel()[0])
    return [
        assertion("part of the neurons that are polysemantic, densest level", "< 0.1",
            lambda v: v < 0.1, (shared[0],), control=("after a rotation", (turned[0],))),
        assertion("the same, sparsest level", "> 0.9", lambda v: v > 0.9, (shared[-1],),
            control=("densest level", (shared[0],))),
        assertion("largest fall of that part from a level to the next sparser one", "<= 0.1",
            lambda v: v <= 0.1, (_fall(shared),), control=("backward", (_fall(shared[::-1]),))),
        assertion("lowest loss over that of the naive solution", "< 0.5", lambda v: v < 0.5,
            (float(loss.min()) / naive,), control=("densest level", (float(loss[0]) / naive,))),
    ]  # fmt: skip


def motif(result: Result) -> list[dict[str, Any]]:
    """The detector finds what is planted, and nothing else, in any order; training is no worse
    than the naive solution. How many runs have it depends on their starts, and is not asserted.

    Args:
        result: of one cell of the model absolute.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Computation in Superposition".
    """
    loss = _relative(result).ravel()
    naive = float(naive_loss(result).ravel()[0]) if result.sweep.experiment.n_hidden > 1 else 1.0
    return [
        assertion("motifs in the planted example", "1", lambda v: v == 1, (len(motifs(*_PLANTED)),),
            control=("a neuron of equal weights", (len(motifs(*_EVEN)),))),
        assertion("least and most motifs in it with neurons and features in random order", "1, 1",
            lambda v, w: v == w == 1, _reordered(*_PLANTED),
            control=("all weights in random order", _reordered(*_PLANTED, weights=True))),
        assertion("lowest loss over that of the naive solution", "< 1", lambda v: v < 1,
            (float(np.nanmin(loss)) / naive,), control=("a constant output", (1 / naive,))),
    ]  # fmt: skip


def motif_counts(result: Result, *, shuffle: bool = False) -> np.ndarray:
    """Motifs of every model, (models,); of weights in random order, as a control."""
    rng = np.random.default_rng(_SEED)
    stacks = [np.asarray(result.stored(name), dtype=float) for name in ("W_in", "W_out")]
    models = zip(*(s.reshape(-1, *s.shape[-2:]) for s in stacks), strict=True)
    mix = (lambda W: rng.permutation(W.ravel()).reshape(W.shape)) if shuffle else (lambda W: W)
    return np.array([len(motifs(mix(W_in), mix(W_out))) for W_in, W_out in models])


def _reordered(W_in: np.ndarray, W_out: np.ndarray, *, weights: bool = False) -> Any:
    """Least and most motifs over random orders of neurons and features, or of all weights."""
    rng, found = np.random.default_rng(_SEED), []
    for _ in range(32):
        j, i = (rng.permutation(k) for k in W_in.shape)
        A, B = W_in[np.ix_(j, i)], W_out[np.ix_(i, j)]
        if weights:
            A, B = (rng.permutation(W.ravel()).reshape(W.shape) for W in (A, B))
        found.append(len(motifs(A, B)))
    return min(found), max(found)


def _relative(result: Result) -> np.ndarray:
    return np.asarray(result.loss, dtype=float) / np.asarray(result.null_loss)[..., None]


def _fall(values: np.ndarray) -> float:
    return float(np.max(-np.diff(values), initial=0.0))
