"""All features matter equally."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.importances._base import Importance
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'The geometry of superposition'")
class uniform(Importance):
    """I_i = 1."""

    def weights(self, n: int) -> Any:
        return np.ones(n)
