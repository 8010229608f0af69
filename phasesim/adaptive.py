"""Training a sweep in rounds, each on a finer grid where phases change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from phasesim.errors import UsageError
from phasesim.refinement import GROWTH, holds, refine
from phasesim.result import Result, open_result
from phasesim.run import Options, run
from phasesim.store import run_path
from phasesim.sweep import Sweep

#: each round may multiply the models; more are taken for a typing error
MOST_ROUNDS = 10


def run_refined(
    sweep: Sweep,
    path: str | Path | None = None,
    *,
    rounds: int = 1,
    growth: float = GROWTH,
    options: Options | None = None,
    train: Callable[..., Result] = run,
) -> Result:
    """Train a sweep, then `refine` it and train what is new, as many times as asked.

    Every round extends the store of the one before, so that nothing is trained twice and an
    interruption loses no more than one of `run`. The same call goes on from there: rounds that
    the store holds are found again from its models, not trained.

    Args:
        sweep: the grid to begin with.
        path: the store, ``NAME.h5``; None keeps everything in memory and trains each round anew.
        rounds: how often to refine.
        growth: bound on the growth of each round, as for `refine`.
        options: as for `run`; ``fresh`` applies to the first grid.
        train: what trains a grid: `run`, or a function that hands it to workers.

    Returns:
        The `Result` of the last grid, or of a larger one that the store holds.

    Raises:
        UsageError: rounds not in 0 to 10.
        StoreMismatch: as `run`.
        Stopped: as `run`.

    >>> import phasesim as ps
    >>> digon = ps.initializers.k_gon(k=2, std=0.0)
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=0, init=digon)
    >>> sweep = ps.Sweep(experiment, axes=[ps.values("init.radius", [0.25, 0.375, 0.625])])
    >>> run_refined(sweep, rounds=2).sweep.axes[0].values
    (0.25, 0.375, 0.4375, 0.5, 0.5625, 0.625)
    """
    check_rounds(rounds)
    options = options or Options()
    result = None if options.fresh else _stored(path)
    left = rounds
    while True:
        if result is None or not holds(result, sweep):
            if result is not None:
                result.close()
            result = train(sweep, path, options=options)
            options = replace(options, fresh=False)
        finer = refine(sweep, result, growth=growth) if left else sweep
        if finer == sweep:
            return result
        sweep, left = finer, left - 1


def check_rounds(rounds: int) -> None:
    """Refuse a number of rounds that is none."""
    if not 0 <= rounds <= MOST_ROUNDS:
        raise UsageError(f"rounds: found {rounds}, expected 0 to {MOST_ROUNDS}")


def _stored(path: str | Path | None) -> Result | None:
    """What is stored there so far, or None."""
    if path is None:
        return None
    begun = (run_path(Path(path)) / "manifest.json").exists()
    return open_result(path) if begun or Path(path).is_file() else None
