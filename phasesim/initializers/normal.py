"""Normal weights of a stated standard deviation."""

from __future__ import annotations

from typing import Any

from phasesim.fields import swept
from phasesim.initializers import _normal
from phasesim.initializers._base import Initializer
from phasesim.parts import part


@part("Lecomte et al. 2023, What Causes Polysemanticity?, section 2")
class normal(Initializer):
    """W ~ N(0, std²)."""

    std: float = swept(0.1, "standard deviation of each weight", low=0)

    def matrix(self, key: Any, shape: tuple[int, ...]) -> Any:
        return _normal.normal(key, shape, self.std)
