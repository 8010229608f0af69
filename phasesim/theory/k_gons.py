"""Losses of regular polygons where one feature is active at a time."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from phasesim.errors import UsageError


def k_gon_levels(n_features: int) -> dict[str, float]:
    """Loss of a k-gon of k ≤ n features in the plane, the others silent, at its best.

    Exactly one of n features is active, uniform on [0, 1]. Corner i of norm r and bias β gives
    L = 1/n Σ_j [E (x - (r² x + β)_+)² for i = j, E (r² cos(2π(i - j)/k) x + β)_+² for i ≠ j],
    minimised over r and β; each silent feature costs 1/(3n), and 1/(4n²) less, marked ``+``,
    where its bias is the mean 1/(2n).

    Args:
        n_features: n, at least 4.

    Returns:
        Name, as ``4++`` for a square and two silent features with bias, to the loss summed over
        features, for k from 4 to n.

    Raises:
        UsageError: fewer than four features.

    Reference:
        Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model of
        Superposition, section 3.

    >>> {name: round(level, 4) for name, level in k_gon_levels(5).items()}
    {'4': 0.0667, '4+': 0.0567, '5': 0.0158}
    """
    if n_features < 4:
        raise UsageError(f"n_features: found {n_features}, expected at least 4")
    found = {}
    for k in range(4, n_features + 1):
        silent = n_features - k
        square = (_polygon(k) + silent / 3) / n_features
        for biased in range(silent + 1):
            found[f"{k}{'+' * biased}"] = square - biased / (4 * n_features**2)
    return found


@functools.cache
def _polygon(k: int) -> float:
    """The loss of the corners times n, on which that does not depend."""
    from scipy.optimize import minimize

    cosines = [math.cos(2 * math.pi * i / k) for i in range(1, k)]

    def loss(point: Sequence[float]) -> float:
        gain, bias = point
        own = 1 / 3 - 2 * _first(gain, bias) + _square(gain, bias)
        return k * (own + sum(_square(gain * c, bias) for c in cosines))

    found = [minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
             for start in ((1.0, 0.0), (1.4, -0.3), (2.0, -0.8))]  # fmt: skip
    return min(float(result.fun) for result in found)


def _active(slope: float, bias: float) -> tuple[float, float]:
    """Where in [0, 1] slope x + bias is positive."""
    if slope == 0:
        return 0.0, float(bias > 0)
    zero = min(max(-bias / slope, 0.0), 1.0)
    return (zero, 1.0) if slope > 0 else (0.0, zero)


def _first(slope: float, bias: float) -> float:
    """∫ x (slope x + bias)_+ over [0, 1]."""
    low, high = _active(slope, bias)
    return slope * (high**3 - low**3) / 3 + bias * (high**2 - low**2) / 2


def _square(slope: float, bias: float) -> float:
    """∫ (slope x + bias)_+² over [0, 1]."""
    low, high = _active(slope, bias)
    cubes, squares = high**3 - low**3, high**2 - low**2
    return slope**2 * cubes / 3 + slope * bias * squares + bias**2 * (high - low)
