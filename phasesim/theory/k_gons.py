"""Losses of regular polygons where one feature is active at a time."""

from __future__ import annotations

import numpy as np

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


def _polygon(k: int) -> float:
    """The loss of the corners times n, on which that does not depend."""
    from scipy.optimize import minimize

    cosine = np.cos(2 * np.pi * np.arange(1, k) / k)

    def loss(point: np.ndarray) -> float:
        gain, bias = point
        own = 1 / 3 - 2 * _moment(gain, bias, 1) + _moment(gain, bias, 0, power=2)
        others = sum(_moment(gain * c, bias, 0, power=2) for c in cosine)
        return k * float(own + others)

    found = [minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
             for start in ((1.0, 0.0), (1.4, -0.3), (2.0, -0.8))]  # fmt: skip
    return min(float(result.fun) for result in found)


def _moment(slope: float, bias: float, times: int, power: int = 1) -> float:
    """∫ x^times (slope x + bias)_+^power over [0, 1], a polynomial between its ends."""
    low, high = 0.0, 1.0
    if slope > 0:
        low = min(max(-bias / slope, 0.0), 1.0)
    elif slope < 0:
        high = min(max(-bias / slope, 0.0), 1.0)
    elif bias <= 0:
        return 0.0
    terms = np.polymul(np.poly1d([slope, bias]) ** power, np.poly1d([1, 0]) ** times)
    whole = np.polyint(terms)
    return float(whole(high) - whole(low))
