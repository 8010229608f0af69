"""The loss in units of what ignoring the input costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.registry import metric


@metric(
    dims=(),
    label="loss / null loss",
    reference="phasesim; the loss is of Elhage et al. 2022, Toy Models of Superposition",
    of_result=True,
)
def normalized_loss(result: Any) -> NDArray[np.float64]:
    """Stored loss over the loss of the best constant output.

    0 is a perfect model, 1 one that says nothing about its input.

    Args:
        result: a `phasesim.Result`.

    Returns:
        (*axes, seed).

    Raises:
        UsageError: no loss is stored.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, for the loss; the comparison is our own.

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300, engine="population",
    ...                            optimizer={"name": "adam", "learning_rate": 0.05})
    >>> result = ps.run(ps.Sweep(experiment, n_seeds=3))
    >>> bool((result.metric("normalized_loss") < 1).all())
    True
    """
    return result.loss / result.null_loss[..., None]
