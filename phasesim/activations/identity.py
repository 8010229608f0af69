"""No non-linearity."""

from __future__ import annotations

from typing import Any

from phasesim.activations._base import Activation
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'The linear model'")
class identity(Activation):
    """z itself."""

    def of(self, z: Any) -> Any:
        return z
