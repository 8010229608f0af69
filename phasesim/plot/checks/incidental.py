"""What is said of polysemanticity by accident."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._collisions import prepare_collisions
from phasesim.result import Result

#: of n hidden neurons, from which on three features of one neuron are rare
_AMPLE = 4
_SHARE = 0.3
_PENALTY, _DROPOUT = "regularizers.hidden_l1.coefficient", "regularizers.dropout.rate"


def incidental(result: Result) -> list[dict[str, Any]]:
    """With an L1 term n²/(4m) neurons stand for two features; without, or with dropout, none does.

    Dropout of rate r adds r/(1 - r) Σ_k W_ki⁴ to the loss of feature i, which is least where many
    neurons share in it: at the rate asked for, that outweighs the L1 term.

    Args:
        result: over ``regularizers.hidden_l1.coefficient``, ``optimizer.weight_decay``,
            ``n_hidden`` and, if at all, ``regularizers.dropout.rate``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Lecomte et al. 2023, What Causes Polysemanticity?; the term of dropout is our own.
    """
    found = prepare_collisions(result)
    m, expected = found.n_hidden, found.expected
    ample = m >= _AMPLE * found.n_features
    sparse = {k: found.mean[k] for k, way in found.ways.items()
              if way[_PENALTY] and not way.get(_DROPOUT)}  # fmt: skip
    others = {k: counts for k, counts in found.mean.items() if k not in sparse}
    (some, first), (none, zero) = (next(iter(x.items())) for x in (sparse, others))
    rows = []
    for label, counts in sparse.items():
        share, slope = ([of(y) for y in (counts, zero)] for of in (
            lambda y: mean(y[ample]) / mean(expected[ample]), lambda y: _slope(m, y)))  # fmt: skip
        rows += [
            assertion(f"count over n²/(4m), of all with m ≥ {_AMPLE}n: {label}", f"1 ± {_SHARE}",
                lambda v: abs(v - 1) <= _SHARE, share[:1], control=(none, share[1:])),
            assertion(f"slope of log count against log m: {label}", "-1 ± 0.2",
                lambda v: abs(v + 1) <= 0.2, slope[:1], control=(none, slope[1:])),
        ]  # fmt: skip
    return rows + [
        assertion(f"largest mean count: {label}", "< 0.1", lambda v: v < 0.1, (counts.max(),),
                  control=(some, (first.max(),)))
        for label, counts in others.items()
    ]  # fmt: skip


def _slope(m: np.ndarray, counts: np.ndarray) -> float:
    some = counts > 0
    return float(np.polyfit(np.log(m[some]), np.log(counts[some]), 1)[0]) if some.sum() > 1 else 0.0
