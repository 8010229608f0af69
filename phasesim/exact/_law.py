"""What the exact loss asks of the law of an active feature's value x."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from phasesim.exact._activity import Activity
from phasesim.exact._dependent import Outputs, bounded_several, outputs, roundings, row_losses
from phasesim.exact._few import RowLoss
from phasesim.exact._output import Integrands, Place, integrands
from phasesim.exact._series import Terms
from phasesim.exact._waves import Waves
from phasesim.numerics import namespace


class Law(ABC):
    """The law of an amplitude, and how expected losses under it are computed."""

    #: most patterns of activity, over all features together, that are covered
    most_patterns = float("inf")
    #: most terms that single precision has a use for
    most_terms = float("inf")

    @abstractmethod
    def rows(self, G: Any, b: Any, activity: Activity, terms: Terms) -> RowLoss:
        """Loss of each output and its derivatives, with axes (..., contexts, n).

        Args:
            G: Gram matrices, (..., 1, n, n).
            b: biases, (..., 1, n).
            activity: of the features.
            terms: of the series, if there is one.
        """

    @abstractmethod
    def tail(self, G: Any, b: Any, activity: Activity, n_waves: int) -> Any:
        """Bound on what is left out of the loss of each output, (..., contexts, n)."""

    @abstractmethod
    def rounding(self, G: Any, b: Any, activity: Activity) -> Any:
        """Estimate of the rounding of the loss of each output, (..., contexts, n)."""


class Smooth(Law):
    """A law with a density: up to one other feature by hand, more by characteristic functions."""

    #: E x, E x² and E x³
    moments: tuple[float, float, float]

    def rows(self, G: Any, b: Any, activity: Activity, terms: Terms) -> RowLoss:
        return row_losses(self, G, b, activity, terms)

    def rounding(self, G: Any, b: Any, activity: Activity) -> Any:
        return roundings(self, G, b, activity)

    @abstractmethod
    def place(self, G: Any, b: Any, activity: Activity) -> Place:
        """Which polynomial is part of each output's loss, (..., contexts, n)."""

    @abstractmethod
    def sampled(
        self, out: Outputs, activity: Activity, k: Any, n_waves: int
    ) -> tuple[Waves, Integrands]:
        """The integrals χ and ψ of each a_ij x_j at terms k of n_waves, and what they multiply.

        Returns:
            Waves (..., i, j, k) and integrands (..., 2, i, k).
        """

    @abstractmethod
    def estimate(self, values: Any, k: Any, n_waves: int) -> Any:
        """Of the error of a loss, from its terms k, (..., k)."""

    @abstractmethod
    def length(self, out: Outputs) -> Any:
        """Of a support whose square is the size of the numbers summed up, (..., 1, n)."""

    @abstractmethod
    def one_other(self, a: Any, b: Any, p: Any, coupling: Any) -> Any:
        """H(c) = (1 - p)(c)_+² + p E (x - (a x + c)_+)² averaged over c = b + coupling x_j.

        Returns:
            E H, its derivatives by a and b, and by the coupling.
        """


class Bounded(Smooth):
    """A bounded amplitude: a Fourier series on the known support."""

    #: turns -> χ = E e^{iθx}, ψ = E x e^{iθx} and ψ₂ = E x² e^{iθx} at θ = 2π turns
    waves: Callable[[Any], Waves]

    @abstractmethod
    def envelope(self, theta: Any) -> tuple[Any, Any]:
        """Bounds on |χ| and |ψ| at θ ≥ 0 and beyond."""

    def length(self, out: Outputs) -> Any:
        return out.place.period

    def sampled(
        self, out: Outputs, activity: Activity, k: Any, n_waves: int
    ) -> tuple[Waves, Integrands]:
        turns = (out.couplings / out.place.period[..., 0, :, None])[..., None] * k
        part = integrands(k, out.own, out.bias, out.state, out.place, self.waves)
        return self.waves(turns), part

    def estimate(self, values: Any, k: Any, n_waves: int) -> Any:
        """The second half of the terms, which fall at least as k⁻², without their signs."""
        xp = namespace(values)
        return xp.sum(xp.where(k > n_waves // 2, xp.abs(values), 0), axis=-1)

    def tail(self, G: Any, b: Any, activity: Activity, n_waves: int) -> Any:
        """Envelopes at the first frequency left out bound every later characteristic function.

        Σ_{k>K} k^-s ≤ K^{1-s}/(s-1).
        """
        xp, out = namespace(G), outputs(self, G, b, activity)
        T, p = out.place.period, out.state
        w = 2 * math.pi * n_waves / T
        others = self.envelope(w[..., 0, :, None] * xp.abs(out.couplings))[0][..., None]
        several = bounded_several(out, activity, others)[..., 0]
        own, weighted = self.envelope(w * out.own)
        square = 4 * T * T * (1 - p + p * own) / (2 * math.pi) ** 3 / (2 * n_waves**2)
        cross = 4 * T * p * weighted / (2 * math.pi) ** 2 / n_waves
        return xp.sum(several * (square + cross), axis=-2)
