"""How two features share the capacity of one quadratic neuron."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError


def pair_capacity(ratio: ArrayLike, kurtosis: ArrayLike) -> NDArray[np.float64]:
    """Capacity of the second of two features in one quadratic neuron, at the best weights.

    The neuron (w·x)² is to be x_1² + r x_2² up to a constant, of independent features of kurtosis
    β = E x⁴/(E x²)² and of both signs. With a_i = w_i² its loss is, in units of (E x²)²,
    L = (β - 1) [(a_1 - 1)² + (a_2 - r)²] + 4 a_1 a_2, least at

        a_1 = (1 - k r)/(1 - k²), a_2 = (r - k)/(1 - k²), k = 2/(β - 1),

    where both are positive: k < r < 1/k. The capacity (W_2·W_2)²/Σ_j (W_2·W_j)² = a_2/(a_1 + a_2)
    is the dimensionality of the feature; that of the other one is the rest of 1.

    Args:
        ratio: r, at least 0.
        kurtosis: β, at least 1; broadcast against r.

    Returns:
        C_2 = (r - k)/((1 - k)(1 + r)), cut to [0, 1]; up to β = 3, where nothing is shared, 0 for
        r < 1 and 1 for r > 1, and 1/2 at r = 1, where any share is as good.

    Raises:
        UsageError: r < 0 or β < 1.

    Reference:
        Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks, section 3.

    >>> pair_capacity([0.1, 0.5, 1.0, 10.0], 5).tolist()
    [0.0, 0.0, 0.5, 1.0]
    """
    r, beta = (np.asarray(v, dtype=float) for v in (ratio, kurtosis))
    for name, value, low in (("ratio", r, 0), ("kurtosis", beta, 1)):
        if not np.all(value >= low):
            raise UsageError(f"{name}: found {np.min(value):g}, expected at least {low}")
    shares = beta > 3
    k = np.where(shares, 2 / np.where(shares, beta - 1, 4), 0)
    shared = np.clip((r - k) / ((1 - k) * (1 + r)), 0, 1)
    return np.where(shares, shared, np.heaviside(r - 1, 0.5))
