"""What is said of how the loss falls with the number of hidden dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._controls import squashed
from phasesim.plot._scaling import by_regime, fit, prepare_scaling
from phasesim.result import Result

#: densities that fall no faster than this leave the exponent at 1
_FLAT = 1.0
_OF_1 = "1 ± 0.2"
#: a feature that is not represented costs its second moment, p_i E x² of x ~ U[0, 1]
_SQUARE = 1 / 3
_SHARE = 0.25


def scaling(result: Result) -> list[dict[str, Any]]:
    """All features superposed, loss ~ 1/m with overlaps of 1/m; else it is that of the others.

    Args:
        result: as `phasesim.plot.prepare_scaling`.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Liu, Liu & Gore 2025, Superposition Yields Robust Neural Scaling.
    """
    shown = prepare_scaling(result)
    flat = shown.density_exponent <= _FLAT
    weak, strong = (tuple(map(float, e[flat])) for e in shown.exponent)
    phi = by_regime(result, result.metric("phi_half"))
    random, crushed = (
        mean(by_regime(r, r.metric("mean_squared_overlap"))[1] * shown.n_hidden[:, None])
        for r in (result, squashed(result))
    )
    mixed = fit(np.roll(shown.n_hidden, len(shown.n_hidden) // 2), shown.loss[1, 0])[2]
    others = [mean(v) for v in _others(result) / shown.loss]
    return [
        assertion("exponent of the loss in 1/m, all features at length 1, each α ≤ 1", _OF_1,
            lambda *v: all(abs(e - 1) <= 0.2 for e in v), strong,
            control=("decay alone", weak)),
        assertion("least R² of these power laws", "> 0.95", lambda v: v > 0.95,
            (float(np.min(shown.r_squared[1, flat], initial=1.0)),),
            control=("sizes in another order", (mixed,))),
        assertion("least share of features represented", "> 0.95", lambda v: v > 0.95,
            (float(phi[1].min()),), control=("decay alone", (float(phi[0].min()),))),
        assertion("mean squared cosine of features, times m", f"1 ± {_SHARE}",
            lambda v: abs(v - 1) <= _SHARE, (random,),
            control=("hidden dimensions of unlike length", (crushed,))),
        assertion("Σ p_i/3 of features not represented, over the loss: decay alone",
            f"1 ± {_SHARE}", lambda v: abs(v - 1) <= _SHARE, others[:1],
            control=("all features at length 1", others[1:])),
    ]  # fmt: skip


def _others(result: Result) -> np.ndarray:
    """What the features that are not represented cost, (regimes, exponents, sizes, seed)."""
    n = result.sweep.experiment.n_features
    absent = by_regime(result, result.metric("feature_norm") <= 0.5)
    cells = np.ndindex(*result.sweep.shape)
    p = [result.experiment(at).distribution.density_per_feature(n) for at in cells]
    p = by_regime(result, np.reshape(p, (*result.sweep.shape, 1, n)))
    return _SQUARE * np.sum(absent * p, axis=-1)
