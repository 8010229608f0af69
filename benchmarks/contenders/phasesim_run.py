"""phasesim through its public face: `phasesim.run` of a sweep in memory, evaluation included."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.contenders import densities
from benchmarks.sizes import BATCH, LEARNING_RATE, WEIGHT_DECAY, Size


def prepare(size: Size, steps: int, draws: str) -> Callable[[], None]:
    """Every run trains from the start, evaluates each model on its sample, gathers the result."""
    import phasesim as ps

    experiment = ps.Experiment(
        n_features=size.n,
        n_hidden=size.m,
        batch_size=BATCH,
        n_steps=steps,
        draws=draws,
        importance=ps.importances.geometric(base=0.9),
        optimizer=ps.optimizers.adamw(learning_rate=LEARNING_RATE, weight_decay=WEIGHT_DECAY),
    )
    axes = [ps.values("distribution.density", densities(size.models))]
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=1)
    return lambda: ps.run(sweep)
