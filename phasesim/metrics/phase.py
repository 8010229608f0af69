"""Which phase each feature is in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.metrics import _columns
from phasesim.metrics._phases import classify
from phasesim.metrics.superposition import superposition
from phasesim.registry import metric


@metric(
    dims=("feature",),
    label="phase",
    reference="Elhage et al. 2022, Toy Models of Superposition, 'Superposition as a Phase Change'",
    range=(0.0, 3.0),
)
def phase(W: ArrayLike, b: ArrayLike | None = None, experiment: Any = None) -> NDArray[np.int8]:
    """Phase of each feature as a code of `Phase`.

    ignored (0) if ‖W_i‖ < 1/2; else superposed (2) if s_i > 1/4 and the partner's cosine is
    negative; same_direction (3) if s_i > 1/4 and it is positive; else dedicated (1). The partner
    is that of `max_cosine`. Undefined (-1) where the numbers needed are NaN.

    Args:
        W: weights, shape (..., n_hidden, n_features), dimensionless.
        b: not used.
        experiment: not used.

    Returns:
        Codes, int8, shape (..., n_features).

    Raises:
        UsageError: W is not a real array of two or more dimensions.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".

    >>> from phasesim.metrics._phases import Phase
    >>> [Phase(code).label for code in phase([[1.0, -1.0, 0.0], [0.0, 0.0, 0.3]])]
    ['superposed', 'superposed', 'ignored']
    """
    W = _columns.weights(W)
    return classify(_columns.norms(W), superposition(W), _columns.partner_cosine(W))
