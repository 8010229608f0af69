"""What the introduction of the paper says of five features in a plane."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.metrics.dimensionality import dimensionality
from phasesim.metrics.feature_norm import feature_norm
from phasesim.metrics.max_cosine import max_cosine
from phasesim.plot._assertion import assertion
from phasesim.plot._branches import prepare_branches
from phasesim.plot._cell import model_at
from phasesim.result import Result

Array = NDArray[np.float64]

_RELU, _LINEAR = {"model": "relu_output"}, {"model": "linear"}


def pentagon(result: Result) -> list[dict[str, Any]]:
    """Dense: two dedicated features. p = 0.2: two antipodal pairs. p ≤ 0.1: a pentagon.

    The controls are the linear model, which represents two features everywhere, and the ReLU
    model where the claim is about the linear one.

    Args:
        result: of n = 5, m = 2 over ``model`` and ``density``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, introduction.
    """
    models, controls = (
        lambda p: model_at(result, density=p, **_RELU).W,
        lambda p: model_at(result, density=p, **_LINEAR).W,
    )
    sparse = [p for p in result.coords["distribution.density"] if p < 0.101]
    rows = [
        assertion("second and third largest norm, cosine of the largest two, at p = 1",
            "> 0.9, < 0.1, 0 ± 0.05",
            lambda second, third, cosine: second > 0.9 and third < 0.1 and abs(cosine) < 0.05,
            _largest_two(models(1)), control=("ReLU model at p = 0.2", _largest_two(models(0.2)))),
        assertion("fourth and fifth norm, largest cosine of the four with a partner, at p = 0.2",
            "> 0.8, < 0.3, < -0.95",
            lambda fourth, fifth, cosine: fourth > 0.8 and fifth < 0.3 and cosine < -0.95,
            _pairs(models(0.2)), control=("linear model", _pairs(controls(0.2)))),
    ]  # fmt: skip
    rows += [
        assertion(f"least norm, least and largest angle, least and largest D_i, at p = {p:.3g}",
            "> 0.8, 72° ± 12°, 0.4 ± 0.03", _is_pentagon, _pentagon(models(p)),
            control=("linear model", _pentagon(controls(p))))
        for p in sparse
    ]  # fmt: skip
    counts = [np.count_nonzero(result.metric("feature_norm", "best")[result.select(**at)] > 0.5,
                               axis=-1) for at in (_LINEAR, _RELU)]  # fmt: skip
    rows.append(assertion(
        "fewest and most features of the linear model at any density", "2 and 2",
        lambda low, high: low == high == 2, (counts[0].min(), counts[0].max()),
        control=("ReLU model", (counts[1].min(), counts[1].max())),
    ))  # fmt: skip
    rows.append(assertion(
        "p at which the pentagon overtakes the two pairs, and how often they cross",
        "between 0.1 and 0.2, once", lambda p, times: 0.1 < p < 0.2 and times == 1,
        _crossing(result, _RELU), control=("linear model", _crossing(result, _LINEAR)),
    ))  # fmt: skip
    return rows


def _largest_two(W: Array) -> tuple[float, float, float]:
    norm = feature_norm(W)
    first, second, third = np.argsort(-norm)[:3]
    cosine = W[:, first] @ W[:, second] / (norm[first] * norm[second])
    return norm[second], norm[third], cosine


def _pairs(W: Array) -> tuple[float, float, float]:
    order = np.argsort(-feature_norm(W))
    norm = feature_norm(W)[order]
    return norm[3], norm[4], np.max(max_cosine(W[:, order[:4]]))


def _pentagon(W: Array) -> tuple[float, ...]:
    angle = np.sort(np.degrees(np.arctan2(W[1], W[0])))
    gaps, D = np.diff(angle, append=angle[0] + 360), dimensionality(W)
    return np.min(feature_norm(W)), gaps.min(), gaps.max(), D.min(), D.max()


def _is_pentagon(norm: float, *ranges: float) -> bool:
    smallest, largest, low, high = ranges
    return norm > 0.8 and smallest >= 60 and largest <= 84 and low >= 0.37 and high <= 0.43


def _crossing(result: Result, select: dict[str, str]) -> tuple[float, float]:
    found = prepare_branches(result, select=select).crossings(4, 5)
    return (found[0] if found else np.nan), len(found)
