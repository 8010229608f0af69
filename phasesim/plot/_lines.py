"""Do dimensionalities gather at fractions? A test for lines, not for shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from phasesim.result import Result

#: the paper's lines but for 1, which is invisible: dense models have no preferred basis
FRACTIONS = tuple(map(Fraction, ("3/4", "2/3", "1/2", "2/5", "3/8")))
#: half the width of a line and of the bands beside it, and how far away those are
HALF_WIDTH, OFFSET = 0.005, 0.0125
LEAST, TIMES = 10, 2
#: models with at least so many dimensions a feature are not in superposition
DENSE = 0.95


@dataclass(frozen=True)
class LineCount:
    """How many values lie on a line, and in a band of the same width on either side."""

    at: Fraction
    """Where the line is."""
    on: int
    """Values within 0.005 of it."""
    below: int
    """Values within 0.005 of 0.0125 below it."""
    above: int
    """Values within 0.005 of 0.0125 above it."""

    @property
    def found(self) -> bool:
        """At least 10 on the line, and twice as many as on either side."""
        return self.on >= max(LEAST, TIMES * self.below, TIMES * self.above)


def count_lines(values: ArrayLike, *, at: tuple[Fraction, ...] = FRACTIONS) -> list[LineCount]:
    """Local excess of values at fractions.

    The authors' own saved run has a quarter of its features on the paper's fractions: what is to
    be tested is not that most are, but that more are there than beside.

    Args:
        values: dimensionalities, any shape.
        at: the fractions.

    Returns:
        A `LineCount` for each: values within 0.005 of it, and of 0.0125 below and above it.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Feature
        Dimensionality", for the lines; the test is our own.

    >>> [(str(c.at), c.on, c.found) for c in count_lines([0.5] * 12 + [0.4] * 3 + [0.6])][2:4]
    [('1/2', 12, True), ('2/5', 3, False)]
    """
    values = np.asarray(values, dtype=float)

    def near(position: float) -> int:
        return int(np.count_nonzero(np.abs(values - position) <= HALF_WIDTH))

    return [LineCount(f, *(near(float(f + o)) for o in (0, -OFFSET, OFFSET))) for f in at]


def pooled_dimensionalities(
    result: Result, *, reduction: str | None = "best", select: Mapping[str, Any] | None = None
) -> np.ndarray:
    """D_i of all features of all models in superposition (D* < 0.95), in one row.

    Args:
        result: of any sweep with W.
        reduction: which seed; None takes all of them.
        select: last word of an axis path -> value held.

    Returns:
        Shape (values,).

    Raises:
        UsageError: no such axis or reduction.
    """
    index = result.select(**(select or {}))
    D, star = (np.asarray(result.metric(name, reduction)[index])
               for name in ("dimensionality", "dimensions_per_feature"))  # fmt: skip
    return D[star < DENSE].ravel()
