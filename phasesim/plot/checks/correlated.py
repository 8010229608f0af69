"""What is said of correlated pairs of features in the plane."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.plot._assertion import assertion
from phasesim.plot._cell import Model, model_at
from phasesim.plot._controls import shuffled
from phasesim.plot._sets import prepare_overlap
from phasesim.result import Result

Array = NDArray[np.float64]

#: densities of two and of three pairs, those of ARENA's exercises
TWO, THREE = np.geomspace(0.05, 0.0025, 5), np.geomspace(0.1, 0.01, 5)


def correlated(result: Result) -> list[dict[str, Any]]:
    """Mates are orthogonal where there is room, neighbours where there is not, never antipodal.

    The hexagon is asked for at all but the densest level, p = 0.1: there the exact loss is least
    with one pair merged, which at p = 0.056 costs 1.4 % more than the hexagon.

    Args:
        result: of correlated pairs, m = 2, over ``model``, ``n_features`` (4, 6) and ``density``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features";
        the densities are those of ARENA 3.0, 1.3.1.
    """
    two, three, linear, mixed = (
        [model_at(of, model=name, n_features=n, density=p) for p in densities]
        for of, name, n, densities in (
            (result, "relu_output", 4, TWO), (result, "relu_output", 6, THREE),
            (result, "linear", 4, TWO), (shuffled(result), "relu_output", 6, THREE),
        )
    )  # fmt: skip
    within, between = (
        [v for x in (*two, *three) for v in np.ravel(k(x))] for k in (_mates, _strangers)
    )
    return [
        assertion("two pairs: largest |cosine| of mates, five densities", "< 0.1",
            lambda v: v < 0.1, (np.max(np.abs([_mates(x) for x in two])),),
            control=("linear model", (np.max(np.abs([_mates(x) for x in linear])),))),
        assertion("two pairs: largest of the features' cosines with their most opposite stranger",
            "< -0.95", lambda v: v < -0.95, (_least_opposite(two),),
            control=("linear model", (_least_opposite(linear),))),
        assertion("lowest cosine of mates, two and three pairs, all densities", "> -0.5",
            lambda v: v > -0.5, (np.min(within),), control=("strangers", (np.min(between),))),
        assertion("three pairs, p ≤ 0.056: least and largest angle between neighbours", "60° ± 10°",
            _near_60, _ends(_gaps(three[1:])),
            control=("p = 0.1, where one pair has merged", _ends(_gaps(three[:1])))),
        assertion("three pairs, p ≤ 0.056: least and largest angle between mates", "60° ± 10°",
            _near_60, _ends(_angles(three[1:])),
            control=("weights in random order", _ends(_angles(mixed[1:])))),
    ]  # fmt: skip


def _overlap(model: Model) -> Any:
    e = model.experiment
    return prepare_overlap(model.W, sets=e.distribution.groups(e.n_features))


def _mates(model: Model) -> Array:
    return _overlap(model).within


def _strangers(model: Model) -> Array:
    return _overlap(model).between


def _cosines(W: Array) -> Array:
    unit = W / np.hypot(*W)
    return unit.T @ unit


def _least_opposite(models: Iterable[Model]) -> float:
    """For pairs (0, 1), (2, 3): how opposite the most opposite stranger is, at worst."""
    blocks = [_cosines(x.W)[:2, 2:] for x in models]
    return float(np.max([[b.min(axis=0), b.min(axis=1)] for b in blocks]))


def _angles(models: Iterable[Model]) -> Array:
    """Between the mates of each pair, in degrees."""
    return np.degrees(np.arccos([_mates(x) for x in models]))


def _gaps(models: Iterable[Model]) -> Array:
    """Between neighbours around the circle, in degrees."""
    angle = np.sort([np.degrees(np.arctan2(x.W[1], x.W[0])) for x in models], axis=-1)
    return np.diff(angle, append=angle[:, :1] + 360)


def _ends(values: Array) -> tuple[float, float]:
    return float(np.min(values)), float(np.max(values))


def _near_60(low: float, high: float) -> bool:
    return low >= 50 and high <= 70
