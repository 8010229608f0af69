"""How far a model's loss is above the lowest that is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.registry import metric


@metric(
    dims=(),
    label="excess loss / null loss",
    reference="phasesim; the loss is of Elhage et al. 2022, Toy Models of Superposition",
    of_result=True,
)
def excess(result: Any) -> NDArray[np.float64]:
    """Expected loss less the lowest known in the cell, in null losses.

    The lowest known is that of the best seed or, where finding it takes seconds, of the true
    optimum: see `Result.best_known`.

    Args:
        result: a `phasesim.Result`.

    Returns:
        (*axes, seed), at least 0 for models trained to the end.

    Raises:
        UsageError: the expected loss of these models is not known.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, for the loss; the comparison is our own.

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300, engine="population",
    ...                            optimizer={"name": "adam", "learning_rate": 0.05})
    >>> result = ps.run(ps.Sweep(experiment, n_seeds=3))
    >>> bool(0 <= result.metric("excess", "best") < 1e-4)
    True
    """
    return (result.exact_loss - result.best_known()[..., None]) / result.null_loss[..., None]
