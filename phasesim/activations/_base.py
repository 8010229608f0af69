"""What every activation provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Activation(Part):
    """An elementwise non-linearity; its slope comes from autodiff."""

    kind = "activation"
    #: whether it takes values on both sides of 0
    signed = True

    def of(self, z: Any) -> Any:
        """Values at z, an array of any shape."""
        raise AttributeError(f"{type(self).__name__} defines no values")
