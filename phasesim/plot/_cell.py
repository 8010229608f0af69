"""One model of a sweep."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from phasesim.experiment import Experiment
from phasesim.reductions import AVERAGES
from phasesim.result import Result

Array = NDArray[np.float64]


class Model(NamedTuple):
    """A trained model in float64 and what it was trained on."""

    W: Array
    """(n_hidden, n_features)."""
    b: Array
    """(n_features,)."""
    experiment: Experiment
    """Of its cell."""


def model_at(result: Result, *, reduction: str = "best", **values: Any) -> Model:
    """The model that stands for a cell: the best seed, or the worst.

    Args:
        result: of any sweep with W and b.
        reduction: which seed; weights are never averaged, so that for a mean it is the best.
        **values: last word of an axis path -> value, the nearest one for a number; axes not
            named have one value.

    Returns:
        `Model`, without the padding of cells of different size.

    Raises:
        UsageError: no such axis, or no such name on it.
    """
    at = result.select(method="nearest", **values)
    at = tuple(0 if isinstance(i, slice) else i for i in at)
    experiment = result.experiment(at)
    n, m = experiment.n_features, experiment.n_hidden
    name = "best" if reduction in AVERAGES else reduction
    W, b = (np.asarray(result.metric(k, name)[at], dtype=float) for k in ("W", "b"))
    return Model(W[:m, :n], b[:n], experiment)
