"""What is said of polysemanticity by accident."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._collisions import prepare_collisions
from phasesim.result import Result

#: of n hidden neurons, from which on three features of one neuron are rare
_AMPLE = 4
_SHARE = 0.3


def incidental(result: Result) -> list[dict[str, Any]]:
    """With an L1 term n²/(4m) neurons stand for two features; without one, none does.

    Args:
        result: over ``regularizers.hidden_l1.coefficient``, ``optimizer.weight_decay`` and
            ``n_hidden``.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Lecomte et al. 2023, What Causes Polysemanticity?
    """
    found = prepare_collisions(result)
    ample = found.n_hidden >= _AMPLE * found.n_features
    sparse = {k: v for k, v in found.mean.items() if not k.startswith("L1 0,")}
    plain = {k: v for k, v in found.mean.items() if k not in sparse}
    none = next(iter(plain.values()))
    first = next(iter(sparse.values()))
    rows = [
        assertion(f"mean count over n²/(4m), m ≥ 4n: {label}", f"1 ± {_SHARE}",
            lambda *ratio: bool(np.all(np.abs(np.array(ratio) - 1) <= _SHARE)),
            tuple((mean / found.expected)[ample]),
            control=("without L1", tuple((none / found.expected)[ample])))
        for label, mean in sparse.items()
    ]  # fmt: skip
    rows.append(assertion(
        "slope of log count against log m", "-1 ± 0.2", lambda slope: abs(slope + 1) <= 0.2,
        (_slope(found.n_hidden, first),), control=("without L1", (_slope(found.n_hidden, none),)),
    ))  # fmt: skip
    rows += [
        assertion(f"largest mean count: {label}", "< 0.1", lambda v: v < 0.1, (mean.max(),),
                  control=("with L1", (first.max(),)))
        for label, mean in plain.items()
    ]  # fmt: skip
    return rows


def _slope(m: np.ndarray, mean: np.ndarray) -> float:
    some = mean > 0
    return float(np.polyfit(np.log(m[some]), np.log(mean[some]), 1)[0]) if some.sum() > 1 else 0.0
