"""The exact loss in float64 under any distribution whose activity and amplitude are known."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.distributions._base import Distribution
from phasesim.errors import UsageError
from phasesim.exact._activity import Activity, activities
from phasesim.exact._coverage import covers, law_of
from phasesim.exact._expected import error_bound, loss_and_gradient
from phasesim.exact._law import Law
from phasesim.exact._series import Terms
from phasesim.experiment import Experiment
from phasesim.theory._any_size import to_accuracy

Array = NDArray[np.float64]

#: most patterns of activity that are enumerated for a discrete amplitude
MOST_PATTERNS = 1 << 22
# terms to begin with, and models that are bounded together
_FEWEST, _TOGETHER = 128, 16


def known(distribution: Any, n: int) -> tuple[Law, list[Activity]]:
    """The law of the amplitude and which features are active together.

    Raises:
        UsageError: not a distribution, or its expected loss is not known.
        ConfigError: the distribution does not fit n features.
    """
    if not isinstance(distribution, Distribution):
        raise UsageError(f"distribution: found {distribution!r}, expected a part such as "
                         "phasesim.distributions.correlated(density=0.1)")  # fmt: skip
    Experiment(n_features=n, distribution=distribution)
    name, law = type(distribution).__name__, law_of(distribution)
    if type(distribution).activity is Distribution.activity:
        raise UsageError(f"distribution: '{name}' does not state which features are active "
                         "together, expected one with an activity")  # fmt: skip
    if law is None:
        raise UsageError(f"distribution.amplitude: the exact loss is not known for that of "
                         f"'{name}', expected one with a law such as uniform")  # fmt: skip
    if not covers(distribution, n, MOST_PATTERNS):
        raise UsageError(
            f"distribution: expected at most {MOST_PATTERNS} patterns of active features with "
            f"amplitude '{type(distribution.amplitude).__name__}', all of which are enumerated"
        )
    return law, activities(distribution.activity(n), np.float64)


def law_loss_and_gradient(
    W: Array, b: Array, distribution: Distribution, importance: Array, gradient: bool = True
) -> tuple[Array, Array, Array]:
    """Loss and gradient of models (models, m, n), to the accuracy of `to_accuracy`."""
    n = W.shape[-1]
    law, contexts = known(distribution, n)
    null = importance @ np.asarray(distribution.variance(n), np.float64)

    def evaluate(at: NDArray[np.intp], terms: Terms) -> Any:
        return loss_and_gradient(law, W[at], b[at], contexts, importance[at], terms)

    def bound(at: NDArray[np.intp], n_waves: int) -> Array:
        parts = np.array_split(at, max(1, len(at) // _TOGETHER))
        return np.concatenate([
            error_bound(law, np.swapaxes(W[k], 1, 2) @ W[k], b[k], contexts, importance[k], n_waves)
            for k in parts
        ])  # fmt: skip

    states = 2 * max(len(activity.weight) for activity in contexts)
    return to_accuracy(W.shape, null, evaluate, bound, gradient, _FEWEST, states)
