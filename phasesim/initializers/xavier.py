"""Xavier-normal, each model on its own."""

from __future__ import annotations

from typing import Any

from phasesim.initializers._base import Initializer
from phasesim.initializers._normal import normal
from phasesim.parts import part


@part("Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward networks")
class xavier(Initializer):
    """W ~ N(0, 2/(n + m)) for a matrix of shape (m, n), however many models train together."""

    def matrix(self, key: Any, shape: tuple[int, ...]) -> Any:
        return normal(key, shape, (2 / (shape[-1] + shape[-2])) ** 0.5)
