"""What every sparse autoencoder provides: which latents are active, and what that costs."""

from __future__ import annotations

from typing import Any

from phasesim.errors import ConfigError
from phasesim.parts import Part


class Autoencoder(Part):
    """Latents f = active(R h + a), reconstruction Dᵀ f with rows of D of length 1.

    A variant defines `active`, `penalty` where sparsity is not built into that, and `start` where
    readers should not begin as long as they are drawn. Hidden units h are counted from where no
    feature is active and in units of their own spread, so that a strength means the same for
    every model.
    """

    kind = "autoencoder"
    #: the field that trades reconstruction for sparsity: a number, or several trained side by side
    strength = "coefficient"
    #: whether each latent learns a level that it has to pass
    levels = False

    def check(self) -> None:
        if not self.strengths:
            raise ConfigError(self.strength, "found an empty list", expected="at least one number")

    @property
    def strengths(self) -> tuple[float, ...]:
        """All strengths to train with."""
        given = getattr(self, self.strength)
        return given if isinstance(given, tuple) else (given,)

    def start(self, directions: Any) -> Any:
        """Readers R to start from, (d, m), given random directions of that shape."""
        return directions

    def active(self, z: Any, strength: Any, level: Any) -> Any:
        """Latents (d, batch) from what is read of the hidden units, z (d, batch).

        Args:
            z: before the gate.
            strength: one of `strengths`, traced.
            level: (d,) where the variant has `levels`, else None.
        """
        raise AttributeError(f"{type(self).__name__} defines no latents")

    def penalty(self, z: Any, f: Any, strength: Any, level: Any) -> Any:
        """What is added to the mean squared error; arguments as for `active`, f its value."""
        return 0.0
