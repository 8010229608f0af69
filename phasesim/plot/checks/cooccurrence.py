"""Do features that rarely meet share a line or a neuron, and with which sign?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._overlap_map import prepare_overlap_map
from phasesim.result import Result

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: below this cosine two features count as opposite, above the other one as one direction
_OPPOSITE, _ALIGNED = -0.5, 0.9
_LEAST = 0.9
#: pairs are clearly apart from independent ones below and above these correlations
_RARELY, _OFTEN = -0.3, 0.3


def cooccurrence(result: Result) -> list[dict[str, Any]]:
    """Features that rarely meet are opposite on one line; those that often meet are not.

    Args:
        result: of pairs over ``model`` (relu_output, relu_hidden), ``n_hidden`` (2, 3),
            ``density`` and ``correlation``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features";
        the map between them is our own.
    """
    rows = []
    for model, m in (("relu_output", 2), ("relu_output", 3), ("relu_hidden", 3)):
        mates, strangers = (_cosines(result, model, m, between) for between in
                            ("mates", "strangers"))  # fmt: skip
        where = f"share of cells: {model}, m = {m},"
        rows += [
            _row(f"{where} c < {_RARELY}, p < 0.3: mates opposite (cosine < {_OPPOSITE})",
                 _rarely(mates), mates.values, "strangers", strangers.values),
            _row(f"{where} c > {_OFTEN}, p < 0.1: strangers opposite",
                 _often(mates), strangers.values, "mates", mates.values),
        ]  # fmt: skip
    one, shared = (_cosines(result, model, 2, "mates") for model in ("relu_output", "relu_hidden"))
    aligned = shared.values > _ALIGNED
    rare, often = (np.broadcast_to(c, aligned.shape) for c in
                   (shared.grid.x.values < _RARELY, shared.grid.x.values > _OFTEN))  # fmt: skip
    return [
        *rows,
        assertion("cosine of mates always together: relu_output, m = 2, c = 1, densest", "> 0.95",
            lambda v: v > 0.95, (one.values[-1, -1],), control=("sparsest", (one.values[0, -1],))),
        assertion(f"share of cells: relu_hidden, m = 2, c > {_OFTEN}: mates in one direction",
            f"≥ {_LEAST}", lambda v: v >= _LEAST, (mean(aligned[often]),),
            control=(f"c < {_RARELY}", (mean(aligned[rare]),))),
        _neurons(result),
    ]  # fmt: skip


def _neurons(result: Result) -> dict[str, Any]:
    """With a basis of its own, m = 3: who shares neurons."""
    shown = prepare_overlap_map(
        result, neurons=True, select={"model": "relu_hidden", "n_hidden": 3}
    )
    rare, often = (mean(shown.values[of(shown)]) for of in (_rarely, _often))
    return assertion(
        f"mean sharing of neurons by mates: relu_hidden, m = 3, c < {_RARELY}, p < 0.3",
        f"> {_LEAST}", lambda v: v > _LEAST, (rare,),
        control=(f"c > {_OFTEN}, p < 0.1", (often,)),
    )  # fmt: skip


def _cosines(result: Result, model: str, m: int, between: str) -> Any:
    return prepare_overlap_map(result, between=between, select={"model": model, "n_hidden": m})


def _rarely(shown: Any) -> Mask:
    return (shown.grid.y.values < 0.3)[:, None] & (shown.grid.x.values < _RARELY)


def _often(shown: Any) -> Mask:
    return (shown.grid.y.values < 0.1)[:, None] & (shown.grid.x.values > _OFTEN)


def _row(quantity: str, cells: Mask, own: Array, name: str, other: Array) -> dict[str, Any]:
    share, control = (mean(v[cells] < _OPPOSITE) for v in (own, other))
    return assertion(quantity, f"≥ {_LEAST}", lambda v: v >= _LEAST, (share,),
                     control=(name, (control,)))  # fmt: skip
