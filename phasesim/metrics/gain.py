"""What superposition is worth to a model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.registry import metric


@metric(
    dims=(),
    label="gain by superposition / null loss",
    reference="Elhage et al. 2022, Toy Models of Superposition",
    of_result=True,
)
def gain(result: Any) -> NDArray[np.float64]:
    """Expected loss below that of the best model without superposition, in null losses.

    That model gives each of m features a dimension of its own and ignores the others, see
    `phasesim.theory.orthogonal_loss`. Below 0 where training ended higher than that.

    Args:
        result: a `phasesim.Result`.

    Returns:
        (*axes, seed).

    Raises:
        UsageError: the expected loss of these models is not known.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Demonstrating Superposition".

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300, engine="population",
    ...                            optimizer={"name": "adam", "learning_rate": 0.05})
    >>> result = ps.run(ps.Sweep(experiment, n_seeds=3))
    >>> bool(result.metric("gain", "best") > 0.3)
    True
    """
    return (result.orthogonal_loss[..., None] - result.exact_loss) / result.null_loss[..., None]
