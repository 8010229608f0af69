"""What every regulariser provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Regularizer(Part):
    """A term added to the loss. At strength 0 it is left out of the program altogether, so that
    0 is bitwise the same as absent."""

    kind = "regularizer"

    def penalty(self, model: Any, params: Any, x: Any, n_hidden: int) -> Any:
        """The term for one model on one batch x of shape (n, batch): a scalar."""
        raise AttributeError(f"{type(self).__name__} defines no penalty")
