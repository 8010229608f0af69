"""A sweep by shards, or handed out to the workers of an executor."""

from __future__ import annotations

import functools
from collections import Counter
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from phasesim import registry
from phasesim.cache import kept_programs
from phasesim.errors import CellsLost, StoreLocked, UsageError
from phasesim.execute import platform
from phasesim.farm._base import Farm, from_text
from phasesim.farm._drive import RETRIES, drive
from phasesim.farm._join import PATIENCE, join, merge_if_complete
from phasesim.farm._shard import Shard
from phasesim.farm._shard import from_text as shard_from_text
from phasesim.farm._task import Settings, train
from phasesim.grid import Grid
from phasesim.result import Result, open_result
from phasesim.retry import NAMED, Losses, Lost
from phasesim.run import Options, device, executor_for, measured_manifest, train_chunks
from phasesim.store import run_path, set_aside
from phasesim.sweep import Sweep
from phasesim.work import Work

WHOLE = Shard(0, 1)


def run_shard(
    sweep: Grid,
    path: str | Path,
    shard: str | Shard,
    options: Options | None = None,
    executor: str | Farm | None = None,
) -> bool:
    """Train one share of a sweep; whichever process finishes last merges all.

    Start N processes, on any machines that see the same folder, one for each share. They need
    not run at the same time, and one that was killed is started again.

    Args:
        sweep: what to train, the same in all shares.
        path: the store, ``NAME.h5``, the same file for all shares.
        shard: ``"i/N"``, the first being 0; ``"auto"`` takes both from the variables of a SLURM
            array, ``"auto/N"`` the index alone, also from a Kubernetes indexed job.
        options: how to carry it out.
        executor: hands the chunks of the share on, see `run_farmed`; this process by default.

    Returns:
        Whether the store is complete and merged.

    Raises:
        StoreLocked: somebody computes this share already, or the whole sweep.
        StoreMismatch, StoreIOError, CellsLost, Stopped: as `run`.

    >>> import tempfile, phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=0)
    >>> sweep = ps.Sweep(experiment, n_seeds=4)
    >>> path = tempfile.mkdtemp() + "/x.h5"
    >>> [ps.run_shard(sweep, path, share) for share in ("1/2", "0/2")]
    [False, True]
    """
    options = options or Options()
    share = shard_from_text(shard) if isinstance(shard, str) else shard
    if options.fresh and share != WHOLE:
        raise UsageError("--fresh: shards would move each other's work aside, rename the store")
    if executor is not None:
        farm = from_text(executor) if isinstance(executor, str) else executor
        return _farmed(sweep, Path(path), farm, options, share)
    cut = functools.partial(measured_manifest, sweep, options, workers=share.count)
    work = join(sweep, Path(path), share, cut)
    if work is None:
        return True
    with work.held:
        own = executor_for(work.plan, options)
        for receipt in train_chunks(work, _begin(work, share, device(own)), own, options):
            work.run.log("lost" if "lost" in receipt else "chunk", **receipt)
    return merge_if_complete(Path(path), keep_run=options.keep_run)


def run_farmed(
    sweep: Sweep, path: str | Path, executor: str | Farm, options: Options | None = None
) -> Result:
    """Train a sweep by handing its chunks to the workers of an executor.

    Args:
        sweep: what to train; the workers read it from the running directory.
        path: the store, ``NAME.h5``, under a path that the workers see too.
        executor: ``"processes:4"``, ``"dask://host:8786"``, ``"slurm:20"``, or a part of that kind.
        options: how to carry it out; memory is that of each worker.

    Returns:
        The `Result`, the same in every bit as that of `run`.

    Raises:
        CellsLost: chunks whose workers died again and again; the others are stored.
        MissingExtra: the executor needs a package that is not installed.
        StoreMismatch, StoreLocked, StoreIOError, Stopped: as `run`.
    """
    if not run_shard(sweep, path, WHOLE, options, executor):
        raise StoreLocked(f"{run_path(Path(path))}: all is stored, but others hold it; run again")
    return open_result(path)


def _farmed(sweep: Grid, final: Path, farm: Farm, options: Options, share: Shard) -> bool:
    if type(sweep) is not Sweep:
        raise UsageError("--executor: only a sweep of a TOML file can be handed to other processes")
    if farm.platforms and platform() not in farm.platforms:
        raise UsageError(
            f"--executor {type(farm).__name__}: found platform {platform()}, expected "
            f"{', '.join(farm.platforms)}; one process uses all devices of a machine"
        )
    each = replace(options, threads=options.threads or farm.threads)
    cut = functools.partial(measured_manifest, sweep, each, workers=farm.at_once * share.count)
    with farm.pool() as pool:
        if options.fresh:
            set_aside(final)
        work = join(sweep, final, share, cut)
        if work is None:
            return True
        with work.held:
            _hand_out(work, pool, farm, share, each)
    # workers that were given up for dead may still be at it
    return merge_if_complete(final, keep_run=options.keep_run, patience=PATIENCE)


def _begin(work: Work, share: Shard, where: str) -> list[int]:
    missing = work.missing(share.takes)
    work.run.log(
        "started", shard=str(share), chunks=work.n_chunks, missing=len(missing), device=where
    )
    return missing


def _hand_out(work: Work, pool: Executor, farm: Farm, share: Shard, options: Options) -> None:
    """Have the chunks of a share computed, and look at what is stored until all is."""
    settings = Settings(
        run=str(work.run.path.resolve()),
        grid=work.run.manifest["grid_fingerprint"],
        first_chunk=work.run.manifest["first_chunk"],
        plugins=registry.plugin_folders(),
        memory=options.memory,
        threads=options.threads,
        cache=kept_programs() is not None,
    )
    missing = _begin(work, share, type(farm).__name__)
    size = work.run.manifest["blocks_per_chunk"]

    def receive(receipt: dict) -> None:
        blocks = work.plan.chunk(receipt["index"], size)
        options.progress.steps(work.plan.steps_of(blocks))
        status = receipt.get("status", [0, receipt["models"]])
        options.progress.models(receipt["models"], receipt["models"] - status[1])
        if "found" not in receipt:
            work.run.log("chunk", **receipt)

    blocks = [b for i in missing for b in work.plan.chunk(i, size)]
    lost: dict[int, str] = {}
    tries = Counter[int]()
    with options.progress.task(work.models(missing), work.plan.steps_of(blocks)):
        while missing:
            lost |= drive(
                pool,
                functools.partial(train, settings),
                missing,
                receive=receive,
                stored=lambda i: i in work.run.completed(verify=False, wanted=lambda k: k == i),
                stop=options.stop,
                tries=tries,
            )
            # a receipt is only a message: what counts is what is stored and intact
            missing = [i for i in work.missing(share.takes) if i not in lost]
            tries.update(missing)
            lost |= {i: "is damaged when it is read back" for i in missing if tries[i] > RETRIES}
            missing = [i for i in missing if i not in lost]
    if lost:
        raise _lost(work, lost)


def _lost(work: Work, lost: dict[int, str]) -> CellsLost:
    """One line: how many models, which, and the reason of the last."""
    size, losses = work.run.manifest["blocks_per_chunk"], Losses(work.plan)
    names = []
    for index, reason in sorted(lost.items()):
        for block in work.plan.chunk(index, size):
            names += losses.names_of(Lost(block, reason))
        work.run.log("lost", index=index, reason=reason)
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return CellsLost(
        f"{len(names):,} models were lost, their workers failed {RETRIES + 1} times: "
        f"{'; '.join(names[:NAMED])}{more} ({reason}); the others are stored, "
        "run the same command to train these"
    )
