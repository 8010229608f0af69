"""Importance falls by a constant factor from feature to feature."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.fields import static, swept
from phasesim.importances._base import Importance
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Basic results'")
class geometric(Importance):
    """I_i = base^(i + start), i = 0 … n-1.

    >>> geometric(base=0.5).weights(3).tolist()
    [1.0, 0.5, 0.25]
    """

    base: float = swept(0.9, "ratio of neighbouring importances", low=0, open_low=True)
    start: int = static(
        0, "exponent of the first feature (the paper's notebook: 0)", low=0, high=10_000
    )

    def weights(self, n: int) -> Any:
        xp = namespace(self.base)
        base = xp.asarray(self.base)
        with np.errstate(over="ignore"):  # the experiment refuses what overflows
            return base ** xp.arange(self.start, n + self.start).astype(base.dtype)
