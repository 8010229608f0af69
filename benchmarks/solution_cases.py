"""What is solved by both: figures of the paper, and how phasesim trains them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """Models of one size.

    Attributes:
        name: of the case.
        n: features.
        m: hidden units.
        importance: of `phasesim.importances`.
        densities: one row of the verdict each.
        ratios: importance of the last feature, an axis where there are any.
        seeds: random starts a cell.
        steps: of Adam on the exact loss, learning rate falling by half a cosine.
        learning_rate: its peak.
        wanted: how many times less processor time than the notebook's algorithm.
    """

    name: str
    n: int
    m: int
    importance: dict[str, Any]
    densities: tuple[float, ...]
    ratios: tuple[float, ...]
    seeds: int
    steps: int
    learning_rate: float
    wanted: float


CASES = [
    Case(
        "2x1",
        2,
        1,
        {"name": "last_relative", "ratio": 1.0},
        tuple(np.geomspace(1, 0.01, 10)),
        (0.1, 0.3, 1.0, 3.0, 10.0),
        20,
        350,
        0.03,
        5000,
    ),
    Case(
        "5x2",
        5,
        2,
        {"name": "geometric", "base": 0.9},
        tuple(20 ** -np.linspace(0, 1, 10)),
        (),
        20,
        500,
        0.05,
        60,
    ),
    Case(
        "20x5",
        20,
        5,
        {"name": "geometric", "base": 0.7},
        (0.3, 0.1, 0.03, 0.01),
        (),
        8,
        500,
        0.05,
        5,
    ),
]


def sweep_of(case: Case, n_steps: int | None = None) -> Any:
    """The sweep that phasesim trains; both sides read densities and importances from it."""
    import phasesim as ps

    experiment = ps.Experiment(
        n_features=case.n,
        n_hidden=case.m,
        n_steps=case.steps if n_steps is None else n_steps,
        engine="population",
        importance=case.importance,
        # a short memory of the second moment: gradients fall by orders of magnitude on the way
        optimizer={
            "name": "adam",
            "learning_rate": case.learning_rate,
            "b2": 0.95,
            "schedule": "cosine",
        },
    )
    axes = [ps.values("distribution.density", case.densities)]
    if case.ratios:
        axes.append(ps.values("importance.ratio", case.ratios))
    return ps.Sweep(experiment, axes=axes, n_seeds=case.seeds)
