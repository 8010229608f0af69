"""What is said of absolute values computed with two neurons for each feature."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.result import Result

_SEED = 20220914
#: of a neuron's largest weight, above which it serves a feature too
_SHARED = 0.2
_SLACK, _LOSS = 0.05, 1e-4


def absolute_small(result: Result) -> list[dict[str, Any]]:
    """In the best model neurons have one weight in; one neuron of either sign serves a feature.

    Args:
        result: of one cell of the model absolute, with ``record.snapshots`` of at least 1.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Computation in Superposition".
    """
    trained, start = small_weights(result), small_weights(result, start=True)
    rng = np.random.default_rng(_SEED)
    mixed = rng.permutation(trained[1].ravel()).reshape(trained[1].shape)
    untrained = "untrained weights"
    return [
        assertion("largest second weight into a neuron over its first", f"< {_SLACK}",
            lambda v: v < _SLACK, (_second(trained[0]),),
            control=(untrained, (_second(start[0]),))),
        assertion("least and most neurons of a sign that serve a feature", "1, 1",
            lambda v, w: v == w == 1, _extremes(_serving(trained[0])),
            control=(untrained, _extremes(_serving(start[0])))),
        assertion("least and largest weight in times weight out, of a neuron and its feature",
            f"1 ± {_SLACK}", lambda v, w: 1 - _SLACK <= v <= w <= 1 + _SLACK,
            _extremes(_own(*trained)),
            control=("weights out in random order", _extremes(_own(trained[0], mixed)))),
        assertion("largest |weight out| to another feature, that to its own being 1 ± 0.05",
            f"< {_SLACK}", lambda v: v < _SLACK, (_astray(*trained),),
            control=("weights out in random order", (_astray(trained[0], mixed),))),
        assertion("lowest loss", f"< {_LOSS}", lambda v: v < _LOSS, (float(_losses(result).min()),),
            control=("a constant output", (float(np.ravel(result.null_loss)[0]),))),
    ]  # fmt: skip


def small_weights(result: Result, *, start: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Weights into and out of the neurons of the best model, both (n_hidden, n_features).

    Args:
        result: as of `absolute_small`.
        start: of the same model before its first step.

    Returns:
        W_in with the largest |weight| of each neuron 1 and W_outᵀ scaled to the same outputs;
        neurons in order of their main feature, the positive one first.
    """
    W_in, W_out = (W[int(_losses(result).argmin())] for W in _models(result, start))
    size = np.maximum(np.abs(W_in).max(axis=1, keepdims=True), 1e-12)
    main = np.abs(W_in).argmax(axis=1)
    order = np.lexsort((W_in[np.arange(len(W_in)), main] < 0, main))
    return (W_in / size)[order], (W_out.T * size)[order]


def pair_counts(result: Result, *, start: bool = False) -> np.ndarray:
    """Features of every model that one neuron of either sign serves, (models,)."""
    W_in, _ = _models(result, start)
    return np.array([(_serving(W) == 1).all(axis=0).sum() for W in W_in])


def _models(result: Result, start: bool) -> tuple[np.ndarray, np.ndarray]:
    """W_in (seeds, m, n) and W_out (seeds, n, m) in float64."""
    stored = ((f"{name}_snapshot", np.s_[:, 0]) if start else (name, np.s_[:])
              for name in ("W_in", "W_out"))  # fmt: skip
    W_in, W_out = (np.asarray(result.stored(name), dtype=float)[at] for name, at in stored)
    return W_in, W_out


def _losses(result: Result) -> np.ndarray:
    losses = np.asarray(result.loss, dtype=float).ravel()
    return np.where(np.isfinite(losses), losses, np.inf)


def _serving(W_in: np.ndarray) -> np.ndarray:
    """Neurons that a feature makes fire by its positive and by its negative values, (2, n)."""
    far = _SHARED * np.abs(W_in).max(axis=1, keepdims=True)
    return np.array([(W_in > far).sum(axis=0), (-W_in > far).sum(axis=0)])


def _second(W_in: np.ndarray) -> float:
    size = np.sort(np.abs(W_in), axis=1)
    return float((size[:, -2] / size[:, -1]).max())


def _own(W_in: np.ndarray, W_out: np.ndarray) -> np.ndarray:
    """|weight in| times weight out of each neuron and its main feature, (m,)."""
    at = np.arange(len(W_in)), np.abs(W_in).argmax(axis=1)
    return np.abs(W_in[at]) * W_out[at]


def _astray(W_in: np.ndarray, W_out: np.ndarray) -> float:
    """Largest |weight out| of a neuron to a feature that is not its main one."""
    main = np.abs(W_in).argmax(axis=1)[:, None] == np.arange(W_in.shape[1])
    return float(np.abs(W_out[~main]).max())


def _extremes(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())
