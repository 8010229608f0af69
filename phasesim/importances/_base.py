"""What every importance provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Importance(Part):
    """The weight I_i of feature i's error in the loss. A variant defines `weights`."""

    kind = "importance"

    def weights(self, n: int) -> Any:
        """I, shape (n,)."""
        raise AttributeError(f"{type(self).__name__} defines no weights")

    def per_feature(self, n: int) -> Any:
        """I, shape (n,): what engines and metrics ask for.

        Apart from `weights` because the variant ``values`` has a field of that name.
        """
        return self.weights(n)
