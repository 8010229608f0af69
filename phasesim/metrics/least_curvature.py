"""Whether training ended in a minimum or on a saddle."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.registry import metric


@metric(
    dims=(),
    label="least curvature / null loss",
    reference="phasesim; the loss is of Elhage et al. 2022, Toy Models of Superposition",
    of_result=True,
)
def least_curvature(result: Any) -> NDArray[np.float64]:
    """Smallest eigenvalue of the Hessian of the expected loss, in null losses.

    Over all weights and biases. Clearly below 0 at a saddle. Turning the hidden space costs
    nothing, so that it is 0 up to rounding at a minimum of rank 2 or more. Takes 2 (n m + n)
    gradients a model.

    Args:
        result: a `phasesim.Result`.

    Returns:
        (*axes, seed); inf where weights are not finite.

    Raises:
        UsageError: the expected loss of these models is not known.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, for the loss; the comparison is our own.

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300, engine="population",
    ...                            optimizer={"name": "adam", "learning_rate": 0.05})
    >>> result = ps.run(ps.Sweep(experiment, n_seeds=3))
    >>> bool(result.metric("least_curvature", "best") > 0.01)
    True
    """
    return result.least_curvature
