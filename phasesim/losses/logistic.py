"""Cross-entropy of a binary target whose logit is the output."""

from __future__ import annotations

from typing import Any

from phasesim.errors import ConfigError
from phasesim.losses._base import Loss
from phasesim.numerics import namespace
from phasesim.parts import part


@part("Cox 1958, The regression analysis of binary sequences")
class logistic(Loss):
    """-t log σ(o) - (1 - t) log σ(-o) for a logit o and a target t of 0 or 1, in nats.

    >>> import numpy as np
    >>> logistic().pointwise(np.array([0.0, 3.0]), np.array([1.0, 0.0])).round(4).tolist()
    [0.6931, 3.0486]
    """

    def check_for(self, experiment: Any) -> None:
        if not experiment.target.binary:
            raise ConfigError(
                "", "'logistic' needs a target of 0 and 1", expected='target = "detect"'
            )
        if not experiment.model.signed:
            raise ConfigError(
                "",
                "'logistic' needs outputs of both signs, which are logits",
                expected='a model such as { name = "relu_hidden", output = "identity" }',
            )

    def pointwise(self, output: Any, target: Any) -> Any:
        # a target of 0 or 1 decides the sign, so that no digits cancel
        return namespace(output).logaddexp(0, (1 - 2 * target) * output)

    def estimate(self, output: Any) -> Any:
        xp = namespace(output)
        small = xp.exp(-xp.abs(output))
        return xp.where(output >= 0, 1, small) / (1 + small)

    def null(self, target: Any, distribution: Any, n: int) -> Any:
        p = target.mean(distribution, n)
        xp = namespace(p)
        rest = 1 - p
        # 0 log 0 = 0: a feature that is always active costs nothing
        safe = [xp.where(q > 0, q, 1) for q in (p, rest)]
        return -(p * xp.log(safe[0]) + rest * xp.log(safe[1]))
