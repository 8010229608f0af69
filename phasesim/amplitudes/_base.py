"""What every law of an active feature's value provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Amplitude(Part):
    """The law of x_i given that feature i is active; all in units of the input.

    Methods take and return NumPy or JAX arrays alike.
    """

    kind = "amplitude"
    #: E x, E |x| and E x² of an active feature
    mean: float
    absolute_mean: float
    second_moment: float
    #: E x⁴, which only targets that square their inputs need
    fourth_moment: float

    def quantile(self, v: Any) -> Any:
        """The inverse distribution function at v in [0, 1): uniform draws become amplitudes."""
        raise AttributeError(f"{type(self).__name__} defines no quantile")

    def characteristic(self, w: Any) -> Any:
        """E exp(i w x) of an active feature, at real w of any shape."""
        raise AttributeError(f"{type(self).__name__} has no known characteristic function")

    def law(self) -> Any:
        """The `phasesim.exact._law.Law` by which expected losses are exact; None if unknown."""
        return None
