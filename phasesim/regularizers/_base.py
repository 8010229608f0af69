"""What every regulariser provides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.parts import Part


class Regularizer(Part):
    """What training adds to the task, in one or more of three places: a term of the loss, other
    inputs, other hidden units. At strength 0 it is left out of the program altogether, so that 0
    is bitwise the same as absent. What is measured of a trained model never has it.

    Random numbers come from a stream of the model's data key that has the part's name.
    """

    kind = "regularizer"

    def n_uniforms(self, n: int, m: int) -> int:
        """How many uniform numbers one sample takes, for a model of n features and m units."""
        return 0

    def penalty(self, model: Any, params: Any, x: Any, n_hidden: int) -> Any:
        """The term for one model on one batch x of shape (n, batch): a scalar."""
        return 0.0

    def inputs(
        self, experiment: Any, params: Any, x: Any, u: Any, loss: Callable[[Any], Any]
    ) -> Any:
        """What the model is shown instead of x, (n, batch); the targets stay those of x.

        Args:
            experiment: of one model.
            params: its parameters.
            x: inputs, (n, batch).
            u: uniform numbers, (n_uniforms, batch), None where it takes none.
            loss: of the batch when other inputs (n, batch) are shown: a scalar.
        """
        return x

    def hidden(self, h: Any, u: Any) -> Any:
        """What the decoder is given instead of the hidden units h, (m, batch); u as above."""
        return h


def acts_on(regularizer: Regularizer, place: str) -> bool:
    """Whether it has a method of its own for ``penalty``, ``inputs`` or ``hidden``."""
    return getattr(type(regularizer), place) is not getattr(Regularizer, place)
