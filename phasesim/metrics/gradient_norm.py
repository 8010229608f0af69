"""How steep the expected loss is where training ended."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.registry import metric


@metric(
    dims=(),
    label="gradient norm",
    reference="phasesim; the loss is of Elhage et al. 2022, Toy Models of Superposition",
    of_result=True,
)
def gradient_norm(result: Any) -> NDArray[np.float64]:
    """Norm of the gradient of the expected loss over all weights and biases.

    Known, stored and inf as `exact_loss` is.

    Args:
        result: a `phasesim.Result`.

    Returns:
        (*axes, seed), in units of the loss.

    Raises:
        UsageError: the expected loss of these models is not known.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, for the loss; the comparison is our own.

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300, engine="population",
    ...                            optimizer={"name": "adam", "learning_rate": 0.05})
    >>> result = ps.run(ps.Sweep(experiment, n_seeds=3))
    >>> bool(result.metric("gradient_norm", "best") < 1e-3)
    True
    """
    return result.gradient_norm
