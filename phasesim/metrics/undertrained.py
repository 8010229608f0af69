"""Whether a model shows where training was stopped, or where it leads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.registry import metric


@metric(
    dims=(),
    label="undertrained",
    reference="phasesim.settling; the rule is our own",
    range=(0.0, 1.0),
    of_result=True,
)
def undertrained(result: Any) -> NDArray[np.bool_]:
    """Models that were still moving, or whose cell's runs were too short for its seeds to settle.

    See `Result.undertrained`.

    Args:
        result: a `phasesim.Result`.

    Returns:
        bool, (*axes, seed).

    Raises:
        UsageError: nothing is stored of training.

    Reference:
        `phasesim.settling`; the rule is our own.

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300, engine="population",
    ...                            optimizer={"name": "adam", "learning_rate": 0.05})
    >>> result = ps.run(ps.Sweep(experiment, n_seeds=3))
    >>> result.metric("undertrained").dtype
    dtype('bool')
    """
    return result.undertrained
