"""What is said of memorised samples and learned features."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._axis_lines import prepare_axis_lines
from phasesim.plot._outputs import output_values
from phasesim.result import Result

_SIZE = "distribution.n_samples"
#: samples that still fit on a regular polygon
_FEW = 10


def double_descent(result: Result) -> list[dict[str, Any]]:
    """Few samples take m/T dimensions each, of many samples five features most of both
    dimensions; in between the loss on fresh samples is largest.

    Args:
        result: over ``distribution.n_samples``, with the analysis data_dimensions.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Henighan et al. 2023, Superposition, Memorization, and Double Descent.
    """
    found, m = result.analysis("data_dimensions"), result.sweep.experiment.n_hidden
    sizes = np.sort(result.coords[_SIZE]).astype(float)
    train, fresh, mine, other = (_line(found, name) for name in (
        "loss_of_training", "loss_of_fresh", "mean_of_samples", "mean_of_fresh"))  # fmt: skip
    few = sizes <= _FEW
    learned, none = (_learned(found, size) for size in (sizes[-1], sizes[0]))
    ideal = np.minimum(m / sizes, 1)
    return [
        assertion(f"largest |D / (m/T) - 1| of training samples, T <= {_FEW}", "<= 0.05",
            lambda v: v <= 0.05, (_off(mine, ideal, few),),
            control=("fresh samples", (_off(other, ideal, few),))),
        assertion("largest loss on fresh samples over that at the fewest and at the most samples",
            "both > 1.05", lambda v, w: v > 1.05 and w > 1.05, (
                fresh.max() / fresh[0], fresh.max() / fresh[-1]),
            control=("loss on training samples", (train.max() / max(train[0], 1e-9),
                                                  train.max() / train[-1]))),
        assertion("loss on fresh samples over that on training samples, most samples", "< 1.1",
            lambda v: v < 1.1, (fresh[-1] / train[-1],),
            control=("fewest samples", (fresh[0] / max(train[0], 1e-9),))),
        assertion("features with D > 0.2, their largest D: most samples, seed of the smallest "
            "training loss", "5, < 0.4", lambda k, d: k == 5 and d < 0.4, learned,
            control=("fewest samples", none)),
    ]  # fmt: skip


def _learned(found: Result, size: float) -> tuple[float, float]:
    at = found.select(method="nearest", n_samples=size)
    losses = np.asarray(found.stored("loss_of_training"), dtype=float)[at]
    seed = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
    D = np.asarray(found.stored("dimensionality_of_feature"), dtype=float)[at][seed]
    return float((D > 0.2).sum()), float(np.nanmax(D))


def _line(found: Result, output: str) -> np.ndarray:
    return prepare_axis_lines(found, output_values(found, output), _SIZE).mean[""]


def _off(values: np.ndarray, ideal: np.ndarray, few: np.ndarray) -> float:
    return float(np.max(np.abs(values / ideal - 1)[few], initial=0.0))
