"""Uniform on [0, 1] or on [-1, 1]."""

from __future__ import annotations

from typing import Any

from phasesim.exact._activity import Activity
from phasesim.exact._few import one_other
from phasesim.exact._law import Bounded
from phasesim.exact._output import Place
from phasesim.exact._reach import bounded
from phasesim.exact._waves import centred_waves, waves
from phasesim.numerics import namespace


class Interval(Bounded):
    """x uniform on [low, 1], with low 0 or -1: bounded, hence a series on the known support."""

    def __init__(self, low: int) -> None:
        self.low = low
        self.moments = (0.5, 1 / 3, 0.25) if low == 0 else (0.0, 1 / 3, 0.0)
        self.waves = waves if low == 0 else centred_waves

    def place(self, G: Any, b: Any, activity: Activity) -> Place:
        return bounded(G, b, activity, self.low)

    def envelope(self, theta: Any) -> tuple[Any, Any]:
        """|sin h|/h and |ψ| are both at most 2/θ."""
        bound = 2 / namespace(theta).maximum(theta, 2)
        return bound, bound

    def one_other(self, a: Any, b: Any, p: Any, coupling: Any) -> Any:
        return [v / (2 * (1 - self.low)) for v in one_other(a, b, p, coupling, self.low)]
