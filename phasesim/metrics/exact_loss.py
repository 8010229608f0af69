"""The expected loss, without the noise of a sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.registry import metric


@metric(
    dims=(),
    label="expected loss",
    reference="phasesim; the loss is of Elhage et al. 2022, Toy Models of Superposition",
    of_result=True,
)
def exact_loss(result: Any) -> NDArray[np.float64]:
    """Expected loss of each model over the data distribution.

    Known to 1e-5 of itself or of the null loss, whichever is larger; inf where it is not, and where
    weights are not finite. Of a population run it is the stored one.

    Args:
        result: a `phasesim.Result`.

    Returns:
        (*axes, seed), summed over features.

    Raises:
        UsageError: the expected loss of these models is not known.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, for the loss; the comparison is our own.

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300, engine="population",
    ...                            optimizer={"name": "adam", "learning_rate": 0.05})
    >>> result = ps.run(ps.Sweep(experiment, n_seeds=3))
    >>> bool(abs(result.metric("exact_loss") / result.loss - 1).max() < 1e-5)
    True
    """
    return result.exact_loss
