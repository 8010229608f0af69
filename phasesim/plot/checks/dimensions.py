"""What is said of dimensions per feature, and of the lines they gather at."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.plot._assertion import assertion
from phasesim.plot._controls import squashed, untrained
from phasesim.plot._curve import prepare_curve
from phasesim.plot._lines import count_lines, pooled_dimensionalities
from phasesim.result import Result

Array = NDArray[np.float64]

_SEED = 20220914
_JITTER = 0.03
#: D* may rise so much from one density to the next sparser one: by the noise of training
_NOISE = 0.02
#: theory of the antipodal pair: the range of 1/(1 - S) in which it gains most
_PAIRS = (1.55, 4.4)


def dimensions(result: Result) -> list[dict[str, Any]]:
    """D* falls from 1, rests at 1/2 on the way, and depends on m only through n >> m.

    Args:
        result: of equal features over ``n_hidden`` and ``density``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition".
    """
    star = prepare_curve(result, "dimensions_per_feature")
    first, *others = star.values.values()
    start = prepare_curve(untrained(result), "dimensions_per_feature").values
    control = ("untrained weights", next(iter(start.values())))
    window = (1 / star.density >= _PAIRS[0]) & (1 / star.density <= _PAIRS[1])

    def row(quantity: str, expected: str, holds: Any, of: Any) -> dict[str, Any]:
        name, values = control
        return assertion(quantity, expected, holds, of(first), control=(name, of(values)))

    rows = [
        row("D* at p = 1", "0.95 … 1.1", lambda v: 0.95 <= v <= 1.1, lambda y: (y[0],)),
        row("largest rise of D* towards sparser inputs; D* at p = 1 less D* at the sparsest",
            f"≤ {_NOISE}, ≥ 0.5", lambda rise, fall: rise <= _NOISE and fall >= 0.5,
            lambda y: (np.max(np.diff(y)), y[0] - y[-1])),
        row("levels with D* within 0.03 of 1/2", "≥ 3", lambda k: k >= 3,
            lambda y: (np.count_nonzero(np.abs(y - 0.5) <= 0.03),)),
        row(f"levels with |D* - 1/2| ≤ 0.1: share with 1/(1-S) in {_PAIRS[0]}…{_PAIRS[1]}, others",
            "≥ 0.8, ≤ 0.2", lambda inside, outside: inside >= 0.8 and outside <= 0.2,
            lambda y: [np.mean(np.abs(y[w] - 0.5) <= 0.1) for w in (window, ~window)]),
        assertion("D* at the sparsest level (p = 0.05)", "< 0.45", lambda v: v < 0.45,
            (first[-1],), control=("p = 1", (first[0],))),
    ]  # fmt: skip
    rows += [
        assertion("largest ratio of D* between the two m", "≤ 1.25",
            lambda v: v <= 1.25, (_apart(first, other),),
            control=("densities reversed", (_apart(first, other[::-1]),)))
        for other in others
    ]  # fmt: skip
    return rows


def _apart(one: Array, other: Array) -> float:
    return float(np.max(np.maximum(one / other, other / one)))


def lines(result: Result) -> list[dict[str, Any]]:
    """D_i gather at 1/2 and at another fraction; they sum to m.

    The controls of the lines are the same models before training, the D_i moved by up to ±0.03,
    and as many numbers spread evenly over [0, 1].

    Args:
        result: as of `dimensions`.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Feature
        Dimensionality"; the line test is our own.
    """
    D = pooled_dimensionalities(result)
    rng = np.random.default_rng(_SEED)
    controls = {
        "untrained weights": pooled_dimensionalities(untrained(result)),
        "D_i moved by up to ±0.03": D + rng.uniform(-_JITTER, _JITTER, D.shape),
        "uniform D_i": rng.uniform(size=D.shape),
    }
    rows = [
        assertion(
            "lines of D_i: at 1/2 (1 or 0), and how many others", "1, and ≥ 1",
            lambda half, others: half == 1 and others >= 1, _found(D), control=(name, _found(of)),
        )
        for name, of in controls.items()
    ]  # fmt: skip
    return [
        *rows,
        assertion("Σ D_i / m, least and largest of all models", "0.9 … 1",
            lambda low, high: low > 0.9 and high <= 1 + 1e-9, _filled(result),
            control=("hidden dimensions shrunk unequally", _filled(squashed(result)))),
    ]  # fmt: skip


def _found(D: Array) -> tuple[float, float]:
    counts = {line.at: line.found for line in count_lines(D)}
    half = counts.pop(Fraction(1, 2))
    return float(half), float(sum(counts.values()))


def _filled(result: Result) -> tuple[float, float]:
    axis = list(result.coords).index("n_hidden")
    m = np.moveaxis(result.metric("dimensionality", "best").sum(axis=-1), axis, -1)
    share = m / result.coords["n_hidden"]
    return float(share.min()), float(share.max())
