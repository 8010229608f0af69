"""What is said of how features take their places while a model trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._learning import prepare_learning
from phasesim.result import Result

#: a feature of smaller D_i is not represented
_HERE = 0.05


def energy_levels(result: Result) -> list[dict[str, Any]]:
    """All end in antipodal pairs; the loss drops, and levels change where it does.

    Args:
        result: of one cell of equal features, with the analysis learning_jumps.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition and Learning Dynamics".
    """
    shown, m = prepare_learning(result), result.sweep.experiment.n_hidden
    found = result.analysis("learning_jumps")
    chance = mean(np.asarray(found.stored("explained_chance"), dtype=float))
    middle = len(shown.step) // 2
    drops = int(shown.jump.sum())
    total = shown.dimensionality.sum(axis=1)
    return [
        assertion("largest |D - 1/2| of represented features at the end, best seed", "<= 0.02",
            lambda v: v <= 0.02, (_off(shown.dimensionality[-1], 0.5),),
            control=("the worst state of the second half", (
                max(_off(D, 0.5) for D in shown.dimensionality[middle:-1]),))),
        assertion("drops of the loss, best seed", ">= 1", lambda v: v >= 1, (drops,),
            control=("the last tenth of the steps", (int(shown.jump[_late(shown.jump)].sum()),))),
        assertion("part of the drops near which a level changes, all seeds", "> 0.9",
            lambda v: v > 0.9, (mean(_finite(found.stored("explained"))),),
            control=("part of all steps near which one does", (chance,))),
        assertion("largest Σ D over m, all recorded steps", "<= 1.001", lambda v: v <= 1.001,
            (float(total.max(initial=0.0)) / m,),
            control=("represented features over m", (
                float((shown.dimensionality[-1] > _HERE).sum()) / m,))),
    ]  # fmt: skip


def geometric(result: Result) -> list[dict[str, Any]]:
    """Two sets of three end as an octahedron whose opposite corners are of different sets.

    Args:
        result: of one cell of two correlated sets, with the analysis learning_jumps.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition and Learning Dynamics".
    """
    shown, e = prepare_learning(result), result.sweep.experiment
    sets = e.distribution.groups(e.n_features)
    middle = len(shown.step) // 2
    last, early = shown.W[-1], shown.W[middle // 2]
    within = float(np.abs(_within(last, sets)).max())
    return [
        assertion("largest |D - 1/2| of the six features at the end", "<= 0.03",
            lambda v: v <= 0.03, (float(np.abs(shown.dimensionality[-1] - 0.5).max()),),
            control=("halfway on the axis of steps", (
                float(np.abs(shown.dimensionality[middle] - 0.5).max()),))),
        assertion("features whose most opposite feature is of another set", "6", lambda v: v == 6,
            (_across(last, sets),), control=("at the start", (_across(shown.W[0], sets),))),
        assertion("largest |cosine| within a set at the end", "< 0.1", lambda v: v < 0.1, (within,),
            control=("early on", (float(np.abs(_within(early, sets)).max()),))),
        assertion("mean cosine within a set, its highest in training", "> 0.8", lambda v: v > 0.8,
            (max(mean(_within(W, sets)) for W in shown.W),),
            control=("at the end", (mean(_within(last, sets)),))),
        assertion("drops of the loss", ">= 2", lambda v: v >= 2, (int(shown.jump.sum()),),
            control=("the last tenth of the steps", (int(shown.jump[_late(shown.jump)].sum()),))),
    ]  # fmt: skip


def _off(D: np.ndarray, level: float) -> float:
    here = D[D > _HERE]
    return float(np.abs(here - level).max()) if here.size else np.inf


def _late(jump: np.ndarray) -> slice:
    return slice(len(jump) - max(1, len(jump) // 10), None)


def _finite(values: Any) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    return values[np.isfinite(values)]


def _cosines(W: np.ndarray) -> np.ndarray:
    unit = W / np.maximum(np.linalg.norm(W, axis=0), 1e-12)
    return unit.T @ unit


def _within(W: np.ndarray, sets: Any) -> np.ndarray:
    cosine = _cosines(W)
    return np.concatenate([cosine[np.ix_(s, s)][np.triu_indices(len(s), 1)] for s in sets])


def _across(W: np.ndarray, sets: Any) -> int:
    opposite = np.argmin(_cosines(W), axis=1)
    of = {i: k for k, members in enumerate(sets) for i in members}
    return sum(of[i] != of[int(j)] for i, j in enumerate(opposite))
