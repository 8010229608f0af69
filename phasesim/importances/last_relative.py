"""One extra feature is more or less important than all others."""

from __future__ import annotations

from typing import Any

from phasesim.fields import swept
from phasesim.importances._base import Importance
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Superposition as a phase change'")
class last_relative(Importance):
    """I = (1, …, 1, ratio).

    >>> last_relative(ratio=3).weights(2).tolist()
    [1.0, 3.0]
    """

    ratio: float = swept(1.0, "importance of the last feature relative to the others", low=0)

    def weights(self, n: int) -> Any:
        xp = namespace(self.ratio)
        return xp.where(xp.arange(n) == n - 1, self.ratio, 1.0)
