"""What is said of features that exclude each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.metrics.feature_norm import feature_norm
from phasesim.plot._assertion import assertion
from phasesim.plot._controls import shuffled
from phasesim.plot._sets import Overlap, prepare_overlap
from phasesim.result import Result


def anticorrelated(result: Result) -> list[dict[str, Any]]:
    """Mates are antipodal, each pair on a line of its own, and next to nothing is lost.

    Args:
        result: of anticorrelated pairs, m = n/2, over ``model`` and ``density``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
    """
    relu, mixed = (_overlaps(of, "relu_output") for of in (result, shuffled(result)))
    norm, half = (feature_norm(_weights(result, of)) for of in ("relu_output", "linear"))
    loss = result.metric("normalized_loss", "best")
    lost, linear = (float(np.max(loss[result.select(model=name)])) for name in
                    ("relu_output", "linear"))  # fmt: skip
    return [
        assertion("largest cosine of mates, all densities", "< -0.95", lambda v: v < -0.95,
            (np.max(relu.within),), control=("weights in random order", (np.max(mixed.within),))),
        assertion("largest |cosine| of features of different pairs, all densities", "< 0.1",
            lambda v: v < 0.1, (np.max(np.abs(relu.between)),),
            control=("mates", (np.max(np.abs(relu.within)),))),
        assertion("largest loss over that of a constant output", "< 0.001", lambda v: v < 1e-3,
            (lost,), control=("linear model", (linear,))),
        assertion("least and largest norm", "1 ± 0.05",
            lambda low, high: low >= 0.95 and high <= 1.05, (norm.min(), norm.max()),
            control=("linear model", (half.min(), half.max()))),
    ]  # fmt: skip


def _weights(result: Result, model: str) -> np.ndarray:
    return np.asarray(result.metric("W", "best")[result.select(model=model)], float)


def _overlaps(result: Result, model: str) -> Overlap:
    e = result.sweep.experiment
    return prepare_overlap(_weights(result, model), sets=e.distribution.groups(e.n_features))
