"""Sparse features scaled so that every sample has length 1."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from phasesim.distributions._base import Distribution, density, per_feature
from phasesim.numerics import namespace
from phasesim.parts import part

#: the integrals over s are sums over log s: integrands fall as s to the left, as 1/s to the right
REACH, SPACING = 25.0, 0.1


@part("Henighan et al. 2023, Superposition, Memorization, and Double Descent, 'Experiment setup'")
class unit_length(Distribution):
    """x = a / ‖a‖ with a as in sparse_uniform, amplitudes U[0, 1); 0 where nothing is active.

    Moments are one-dimensional integrals, from 1/‖a‖ = 2/√π ∫₀^∞ exp(-s²‖a‖²) ds and 1/‖a‖² =
    ∫₀^∞ 2s exp(-s²‖a‖²) ds, in which features are independent.

    >>> law = unit_length(density=1.0)
    >>> law.mean(1).round(9).tolist(), law.variance(2).round(4).tolist()
    ([1.0], [0.0804, 0.0804])
    """

    density: float = density(per_feature=True)

    def from_uniform(self, u: Any, n: int) -> Any:
        xp = namespace(u)
        p = self.density_per_feature(n)[:, None]
        a = xp.where(u < p, u * (1 / p), 0)
        length = xp.sqrt(xp.sum(a * a, axis=0))
        return a / xp.where(length > 0, length, 1)

    def density_per_feature(self, n: int) -> Any:
        return per_feature(self.density, n)

    def mean(self, n: int) -> Any:
        _, weight, moments = _integrals()
        p, rest, silent = self._at_nodes(n)
        return (p * moments[1] * rest) @ (weight * silent * 2 / np.sqrt(np.pi))

    def absolute_mean(self, n: int) -> Any:
        return self.mean(n)

    def variance(self, n: int) -> Any:
        s, weight, moments = _integrals()
        p, rest, silent = self._at_nodes(n)
        return (p * moments[2] * rest) @ (weight * silent * 2 * s) - self.mean(n) ** 2

    def covariance(self, n: int) -> Any:
        s, weight, moments = _integrals()
        p, rest, silent = self._at_nodes(n)
        each, mean, variance = p * moments[1] * rest, self.mean(n), self.variance(n)
        both = (each * (weight * silent * 2 * s)) @ each.T - mean[:, None] * mean[None, :]
        xp = namespace(both)
        return xp.where(xp.eye(n, dtype=bool), variance[:, None], both)

    def _at_nodes(self, n: int) -> tuple[Any, Any, Any]:
        """Densities (n, 1); of φ_i = E exp(-s² a_i²) at the nodes 1/φ_i (n, S) and Π φ_i (S,)."""
        p = self.density_per_feature(n)[:, None]
        phi = 1 - p + p * _integrals()[2][0]
        xp = namespace(phi)
        return p, 1 / phi, xp.exp(xp.sum(xp.log(phi), axis=0))


@functools.cache
def _integrals() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes s (S,), weights of an integral over them, and E a^k exp(-s²a²), k = 0, 1, 2, (3, S).

    The last for a ~ U[0, 1): half the lower incomplete gamma function of (k+1)/2 at s², over
    s^(k+1).
    """
    from scipy.special import gamma, gammainc

    s = np.exp(np.arange(-REACH, REACH + SPACING / 2, SPACING))
    half = np.array([[0.5], [1.0], [1.5]])
    return s, SPACING * s, gamma(half) * gammainc(half, s**2) / (2 * s ** (2 * half))
