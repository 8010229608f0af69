"""What is said of superposition under hidden and output activations."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.result import Result

#: densities and ratios at which two features would share a dimension if they could
_SPARSE, _RATIO = 0.11, 3.2
#: of what a model has to lose that says nothing of one feature
_CLEAR = 0.8


def activation(result: Result) -> list[dict[str, Any]]:
    """Sharing a dimension takes a hidden unit of two signs and an output that silences one of them.

    With one hidden unit, a model that says nothing of one of two features loses at least
    min(1, r)/(1 + r) of the null loss, whatever its activations; what loses clearly less has both
    in the unit.

    Args:
        result: of two features in one dimension, over ``model.output``, ``model.activation``,
            ``distribution.density`` and ``importance.ratio``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Strategic Picture"; the reasons are our
        own.
    """
    shares = shared_by_activation(result)
    hidden, outputs = (result.coords[f"model.{n}"].tolist() for n in ("activation", "output"))
    share = lambda h, o: shares.get((h, o), np.nan)  # noqa: E731
    most = lambda pairs: max((shares[p] for p in pairs), default=np.nan)  # noqa: E731
    linear, silent = share("identity", "identity"), share("relu", "relu")
    return [
        _row("linear hidden unit, ReLU output", 0.95, share("identity", "relu"),
             "linear output", linear),
        _row("tanh hidden unit, ReLU output", 0.95, share("tanh", "relu"),
             "ReLU hidden unit", silent),
        _row("linear hidden unit, GELU output", 0.9, share("identity", "gelu"),
             "linear output", linear),
        _row("GELU hidden unit, ReLU output", 0.5, share("gelu", "relu"),
             "ReLU hidden unit", silent),
        assertion("the most with a linear output, whatever the hidden unit", "< 0.05",
            lambda v: v < 0.05, (most([(h, "identity") for h in hidden]),),
            control=("ReLU output", (most([(h, "relu") for h in hidden]),))),
        assertion("the most with a ReLU hidden unit, whatever the output", "< 0.05",
            lambda v: v < 0.05, (most([("relu", o) for o in outputs]),),
            control=("tanh hidden unit", (most([("tanh", o) for o in outputs]),))),
    ]  # fmt: skip


def _row(what: str, least: float, value: float, other: str, control: float) -> dict[str, Any]:
    quantity = f"share of sparse cells in which one unit holds both features: {what}"
    return assertion(quantity, f"> {least}", lambda v: v > least, (value,),
                     control=(other, (control,)))  # fmt: skip


def shared_by_activation(result: Result) -> dict[tuple[str, str], float]:
    """(hidden, output) -> share of sparse cells in which the best model holds both features."""
    order = ["model.activation", "model.output", "distribution.density", "importance.ratio"]
    places = [[*result.coords].index(path) for path in order]
    loss = np.transpose(result.metric("normalized_loss", "best"), places)
    hidden, output, p, r = (result.coords[path] for path in order)
    sparse, near = p <= _SPARSE, (r <= _RATIO) & (r >= 1 / _RATIO)
    both = loss < _CLEAR * np.minimum(1, r) / (1 + r)
    return {
        (h, o): mean(both[i, k][sparse][:, near])
        for i, h in enumerate(hidden.tolist()) for k, o in enumerate(output.tolist())
    }  # fmt: skip
