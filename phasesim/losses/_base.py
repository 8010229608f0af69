"""What every loss provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Loss(Part):
    """The error of one output of one sample; the engine weighs by importance, sums over
    features and averages over the batch."""

    kind = "loss"

    def pointwise(self, output: Any, target: Any) -> Any:
        """Errors, shape (n, batch), of outputs against targets of that shape."""
        raise AttributeError(f"{type(self).__name__} defines no pointwise error")

    def estimate(self, output: Any) -> Any:
        """What an output says of its target; the output itself unless it is a logit."""
        return output

    def null(self, target: Any, distribution: Any, n: int) -> Any:
        """Expected error of the best constant output, (n,): Var(target) of a squared error."""
        return target.variance(distribution, n)
