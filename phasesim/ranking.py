"""By which loss the seeds of a cell are compared."""

from __future__ import annotations

import numpy as np

from phasesim.amplitudes.uniform import uniform
from phasesim.distributions.sparse_uniform import sparse_uniform
from phasesim.losses.weighted_mse import weighted_mse
from phasesim.models.relu_output import relu_output
from phasesim.percell import densities, importances
from phasesim.sweep import Sweep
from phasesim.targets.identity import identity

#: the largest n whose exact loss is cheap enough to compute whenever a result is read
MOST_FEATURES = 3


def covered(sweep: Sweep) -> bool:
    """Whether the exact loss of every model of a sweep is known in closed form."""
    if not isinstance(sweep, Sweep):
        return False
    e = sweep.experiment
    fixed = not any(
        axis.path.split(".")[0] in ("n_features", "n_hidden", "model", "target", "loss")
        or axis.path in ("distribution", "distribution.name")
        or axis.path.startswith("distribution.amplitude")
        for axis in sweep.axes
    )
    return (
        fixed
        and e.n_features <= MOST_FEATURES
        and isinstance(e.model, relu_output)
        and isinstance(e.distribution, sparse_uniform)
        and isinstance(e.distribution.amplitude, uniform)
        and isinstance(e.target, identity)
        and isinstance(e.loss, weighted_mse)
    )


def exact_losses(sweep: Sweep, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Exact expected loss of every model, (*axes, seed); inf for weights that are not finite.

    Args:
        sweep: a `covered` sweep.
        W: (*axes, seed, m, n).
        b: (*axes, seed, n).
    """
    from phasesim.theory import population_loss

    finite = np.isfinite(W).all(axis=(-2, -1)) & np.isfinite(b).all(axis=-1)
    p = np.broadcast_to(densities(sweep)[..., None, :], b.shape)
    importance = np.broadcast_to(importances(sweep)[..., None, :], b.shape)
    out = np.full(finite.shape, np.inf)
    out[finite] = population_loss(
        W[finite].astype(float), b[finite].astype(float),
        density=p[finite], importance=importance[finite],
    )  # fmt: skip
    return out
