"""What is said of an L1 term on the hidden units."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._axis_lines import prepare_axis_lines
from phasesim.result import Result

_PENALTY = "regularizers.hidden_l1.coefficient"
#: of a mean, that may be noise of few seeds
_SLACK = 0.05


def most_shared(result: Result) -> np.ndarray:
    """Largest superposition s_i of a represented feature in each model, (*axes, seed)."""
    shared = _shares(result)
    return np.where(_here(result), shared, 0.0).max(axis=-1)


def l1(result: Result) -> list[dict[str, Any]]:
    """Superposition falls with the coefficient and vanishes before features do; the loss rises.

    Args:
        result: over the density and ``regularizers.hidden_l1.coefficient``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "L1 Regularization".
    """
    shared, loss = (
        prepare_axis_lines(result, values, _PENALTY).mean
        for values in (most_shared(result), result.metric("normalized_loss"))
    )
    known, shares = (
        prepare_axis_lines(result, values.sum(axis=-1), _PENALTY).mean
        for values in (_here(result), _here(result) & (_shares(result) > 0.5))
    )
    rows = [
        assertion("represented features at the largest coefficient, least of all densities", ">= 1",
            lambda v: v >= 1, (min(float(line[-1]) for line in known.values()),),
            control=("of those that share a dimension (s > 1/2)", (
                min(float(line[-1]) for line in shares.values()),))),
    ]  # fmt: skip
    for label, line in shared.items():
        losses = loss[label]
        rows += [
            assertion(f"largest rise of superposition from one coefficient to the next, {label}",
                f"<= {_SLACK}", lambda v: v <= _SLACK, (float(np.diff(line).max(initial=0)),),
                control=("from the last to the first", (
                    float(np.diff(line[::-1]).max(initial=0)),))),
            assertion(f"largest superposition at the largest coefficient, {label}", "< 0.05",
                lambda v: v < 0.05, (float(line[-1]),),
                control=("without L1", (float(line[0]),))),
            assertion(f"largest fall of the loss from one coefficient to the next, {label}",
                "<= 0.005", lambda v: v <= 0.005, (float(-np.diff(losses).min(initial=0)),),
                control=("from the last to the first", (
                    float(-np.diff(losses[::-1]).min(initial=0)),))),
        ]  # fmt: skip
    return rows


def _here(result: Result) -> np.ndarray:
    return np.asarray(result.metric("feature_norm"), dtype=float) > 0.5


def _shares(result: Result) -> np.ndarray:
    return np.asarray(result.metric("superposition"), dtype=float)
