"""The same sweep without what training put into it: what a figure's assertions must fail on."""

from __future__ import annotations

import numpy as np

from phasesim.errors import UsageError
from phasesim.result import Result
from phasesim.source import Arrays

_SEED = 20220914


def untrained(result: Result) -> Result:
    """The models of a sweep before their first step.

    Args:
        result: of a sweep with ``record.snapshots`` of at least 1.

    Returns:
        A `Result` with the weights and biases of step 0; losses and statuses stay those of the
        trained models, so that seeds keep their ranks where no exact loss is known.

    Raises:
        UsageError: no snapshots are stored.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, whose claims a control must fail.
    """
    if "W_snapshot" not in result.names():
        raise UsageError("the start is not stored, train with --set record.snapshots=1")
    at = (slice(None),) * len(result.shape)
    return _replaced(result, {n: result.stored(f"{n}_snapshot")[(*at, 0)] for n in ("W", "b")})


def shuffled(result: Result) -> Result:
    """Each model's weights in random order: their values stay, their directions go.

    Args:
        result: of any sweep with W.

    Returns:
        A `Result` of the shuffled W; biases, losses and statuses stay.

    Reference:
        As `untrained`.
    """
    rng = np.random.default_rng(_SEED)
    W = result.stored("W").copy()
    for model in W.reshape(-1, *W.shape[-2:]):
        # cells of different size share an array, padded with NaN
        real = np.isfinite(model)
        model[real] = rng.permutation(model[real])
    return _replaced(result, {"W": W})


def squashed(result: Result) -> Result:
    """Hidden dimension k of W times 10^(-k/(m - 1)): features no longer fill all alike.

    Args:
        result: of any sweep with W.

    Returns:
        A `Result` of the changed W; biases, losses and statuses stay.

    Reference:
        As `untrained`.
    """
    W = result.stored("W")
    return _replaced(result, {"W": W * np.geomspace(1, 0.1, W.shape[-2])[:, None]})


def _replaced(result: Result, arrays: dict[str, np.ndarray]) -> Result:
    names = ("W", "b", "loss", "status")
    kept = {name: arrays.get(name, result.stored(name)) for name in names}
    return Result(result.sweep, Arrays(kept, {name: result.dims(name) for name in names}, {}))
