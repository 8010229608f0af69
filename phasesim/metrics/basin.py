"""Which minimum of its cell a model ended in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.registry import metric


@metric(
    dims=(),
    label="basin",
    reference="phasesim.basins; the rule is our own",
    of_result=True,
)
def basin(result: Any) -> NDArray[np.int64]:
    """Number of the basin that each seed shares with others of its cell, the lowest loss first.

    See `Result.basins`, whose default tolerances are used. The reduction best_fraction gives the
    share of the seeds in basin 0.

    Args:
        result: a `phasesim.Result`.

    Returns:
        (*axes, seed), 0 the best; -1 where a model did not train to the end.

    Raises:
        UsageError: the model has no feature directions.

    Reference:
        `phasesim.basins`; the rule is our own.

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300, engine="population",
    ...                            optimizer={"name": "adam", "learning_rate": 0.05})
    >>> result = ps.run(ps.Sweep(experiment, n_seeds=3))
    >>> result.metric("basin").shape, bool(0 < result.metric("basin", "best_fraction") <= 1)
    ((3,), True)
    """
    return result.basins().label
