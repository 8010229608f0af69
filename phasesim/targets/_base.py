"""What every target provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Target(Part):
    """What the output should be, as an elementwise or feature-mixing function of the input."""

    kind = "target"
    #: whether targets are 0 or 1
    binary = False

    def of(self, x: Any) -> Any:
        """Targets, shape (n, batch), for inputs x of shape (n, batch)."""
        raise AttributeError(f"{type(self).__name__} defines no target")

    def mean(self, distribution: Any, n: int) -> Any:
        """E target_i, shape (n,)."""
        raise AttributeError(f"{type(self).__name__} does not know its mean")

    def variance(self, distribution: Any, n: int) -> Any:
        """Var(target_i), shape (n,): the loss of the best constant output."""
        raise AttributeError(f"{type(self).__name__} does not know its variance")
