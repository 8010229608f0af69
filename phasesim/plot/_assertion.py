"""What a figure asserts about itself, in the form of its NAME.json."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def assertion(
    quantity: str,
    expected: str,
    holds: Callable[..., bool],
    measured: Sequence[float],
    *,
    control: tuple[str, Sequence[float]],
) -> dict[str, Any]:
    """One row of a figure's assertions, with a control that tells whether it can fail at all.

    Args:
        quantity: what was measured.
        expected: the requirement in words.
        holds: the requirement, called with the measured numbers.
        measured: those numbers.
        control: something that should not fulfil the requirement, and its numbers.

    Returns:
        quantity, expected, measured, passed, and control with the same last two and ``of``.

    >>> row = assertion("norm", "> 0.9", lambda v: v > 0.9, (1.0,), control=("noise", (0.2,)))
    >>> row["passed"], row["control"]["passed"]
    (True, False)
    """
    return {
        "quantity": quantity,
        "expected": expected,
        "measured": _numbers(measured),
        "passed": bool(holds(*measured)),
        "control": {
            "of": control[0],
            "measured": _numbers(control[1]),
            "passed": bool(holds(*control[1])),
        },
    }


def mean(values: ArrayLike) -> float:
    """Mean of numbers or truths; NaN, which fulfils no requirement, if there are none.

    >>> mean([True, False]), mean([])
    (0.5, nan)
    """
    values = np.asarray(values)
    return float(np.mean(values)) if values.size else np.nan


def _numbers(values: Sequence[float]) -> float | list[float | None] | None:
    # JSON has no NaN
    rounded = [round(float(v), 6) if math.isfinite(v) else None for v in values]
    return rounded[0] if len(rounded) == 1 else rounded
