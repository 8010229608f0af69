"""Running a sweep: in memory, or into a store that survives whatever stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import retry, store
from phasesim.analysis import AnalysisSweep
from phasesim.dispatch import in_order
from phasesim.errors import CellsLost
from phasesim.execute import Executor, GridExecutor, blocks_in_flight, out_of_memory, platform
from phasesim.execute_analysis import AnalysisExecutor
from phasesim.execute_function import FunctionExecutor
from phasesim.function import FunctionSweep, make_sweep
from phasesim.grid import Grid
from phasesim.output import layout_of, new_manifest
from phasesim.plan import Block, GridPlan, Plan, chunk_blocks, make_plan
from phasesim.progress import Silent
from phasesim.result import Result, from_rows, open_result
from phasesim.start import starts_of
from phasesim.sweep import Sweep
from phasesim.work import Work, finish, prepare

#: how often the room left on the disk is looked at
CHUNKS_A_CHECK = 100
#: chunks that each of several processes should find to do, so that they end at about one time
SHARE_CHUNKS = 4


@dataclass
class Options:
    """How a sweep is carried out; nothing here changes a number of the result.

    Attributes:
        memory: bytes that blocks in flight may take, or None for no bound.
        fresh: move an existing store aside and begin anew.
        keep_run: keep the running directory after the merge.
        progress: what is told of the models and steps done.
        stop: set from outside to stop at the next pause.
        threads: blocks in training at once; None is one for each core or device.
        retries: further attempts at a block that the machine failed.
    """

    memory: int | None = None
    fresh: bool = False
    keep_run: bool = False
    progress: Silent = field(default_factory=Silent)
    stop: threading.Event = field(default_factory=threading.Event)
    threads: int | None = None
    retries: int = retry.RETRIES


def run(sweep: Sweep, path: str | Path | None = None, options: Options | None = None) -> Result:
    """Train every model of a sweep.

    Args:
        sweep: what to train.
        path: the store to write, ``NAME.h5``. It resumes what an earlier call left, extends a
            finished store whose grid this one contains, and returns a complete one as it is.
            None keeps everything in memory.
        options: how to carry it out.

    Returns:
        The `Result`: weights, losses and statuses by axis and seed.

    Raises:
        StoreMismatch: the store holds another experiment; names the fields that differ.
        StoreLocked: another process is writing to it.
        StoreIOError: the disk is full, or will be before the sweep ends.
        CellsLost: the machine failed some models again and again; the others are stored, and the
            same call trains the rest. In memory it is a warning, and their status says so.
        Stopped: ``options.stop`` was set; the same call goes on from there.

    >>> import phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=100)
    >>> sweep = ps.Sweep(experiment, axes=[ps.values("distribution.density", [1, 0.1])], n_seeds=3)
    >>> ps.run(sweep).metric("feature_norm").shape
    (2, 3, 2)
    """
    return carry_out(sweep, path, options or Options())


def sweep_function(
    train_fn: Callable[..., Any],
    axes: Iterable[Any],
    *,
    n_seeds: int = 1,
    seed: int = 0,
    fixed: dict[str, Any] | None = None,
    name: str | None = None,
    path: str | Path | None = None,
    options: Options | None = None,
) -> Result:
    """Run any pure function over a grid, with the keys, chunks and store of a sweep.

    Args:
        train_fn: ``train_fn(key, **params) -> tree of arrays``; jitted and vmapped, so it must be
            pure JAX. Axes of floats reach it as traced scalars; each value of an axis of integers
            or texts compiles apart and reaches it as it is.
        axes: `Axis` objects whose paths are argument names.
        n_seeds: calls of each cell, each with a key of its own.
        seed: root of the keys.
        fixed: further arguments, the same in all cells: numbers, texts, lists.
        name: name of the sweep; the function's by default.
        path: the store, or None to keep everything in memory. A store is continued only for a
            function of the same source.
        options: how to carry it out.

    Returns:
        A `Result` whose arrays are the leaves of what the function returns, by name.

    Raises:
        ConfigError: an axis or fixed argument that the function does not take.
        StoreMismatch: the store holds the sweep of another function.

    >>> import jax, phasesim as ps
    >>> def walk(key, scale, n):
    ...     steps = scale * jax.random.normal(key, (n,))
    ...     return {"end": steps.sum(), "path": steps.cumsum()}
    >>> result = ps.sweep_function(walk, [ps.linspace("scale", 0, 1, 3)], n_seeds=2,
    ...                            fixed={"n": 4})
    >>> result.stored("path").shape
    (3, 2, 4)
    """
    sweep = make_sweep(train_fn, axes, n_seeds=n_seeds, seed=seed, fixed=fixed, name=name)
    return carry_out(sweep, path, options or Options())


def carry_out(sweep: Grid, path: str | Path | None, options: Options) -> Result:
    """Compute every model of any kind of grid, in memory or into a store; see `run`."""
    if path is None:
        return _in_memory(sweep, options)
    final = Path(path)
    if options.fresh:
        store.set_aside(final)
    work = prepare(sweep, final, platform(), lambda: measured_manifest(sweep, options))
    if work is not None:
        with work.held:
            _fill(work, final, options)
    return open_result(final)


def _in_memory(sweep: Grid, options: Options) -> Result:
    plan = make_plan(sweep, platform=platform())
    executor = executor_for(plan, options)
    fields, coords = executor.layout
    losses, parts = retry.Losses(plan, options.retries), []
    with options.progress.task(plan.n_models, plan.model_steps):
        for made in _trained(plan.blocks, executor, options):
            losses.note(made)
            if isinstance(made, retry.Lost):
                made = retry.blank_rows(plan, made, *executor.fields_and_shapes)
            parts.append(store.ArrayPart("memory", made))
    losses.warn()
    return from_rows(sweep, layout_of(sweep, fields, coords, plan.cell_hash), parts)


def executor_for(plan: GridPlan, options: Options) -> GridExecutor[GridPlan]:
    """What trains, calls or measures the blocks of a plan in this process."""
    kinds: dict[type[Grid], type[GridExecutor]] = {
        FunctionSweep: FunctionExecutor,
        AnalysisSweep: AnalysisExecutor,
    }
    kind = kinds.get(type(plan.sweep), Executor)
    starts = starts_of(plan.sweep) if isinstance(plan, Plan) else None
    return kind(plan, starts, options.stop, options.progress.steps)


def measured_manifest(sweep: Grid, options: Options, workers: int = 1) -> dict[str, Any]:
    """The manifest of a new directory; whoever makes it decides how much work a chunk holds.

    Args:
        sweep: what is to be trained.
        options: memory and threads of each worker, and what stops the measuring.
        workers: processes that share the work: each should find some chunks to do.
    """
    plan = make_plan(sweep, platform=platform())
    executor = executor_for(plan, Options(stop=options.stop))
    # before anything takes time or is written: what a function returns may not be storable
    layout = executor.layout
    in_flight = blocks_in_flight(plan, options.memory, options.threads)
    chunk = chunk_blocks(executor.seconds_per_block(0) / in_flight)
    if workers > 1:
        chunk = min(chunk, max(in_flight, len(plan.blocks) // (SHARE_CHUNKS * workers)))
    return new_manifest(sweep, *layout, chunk, plan.platform)


def _fill(work: Work, final: Path, options: Options) -> None:
    """Compute what is missing of a running directory, merge it, and put it away."""
    executor = executor_for(work.plan, options)
    missing = work.missing()
    work.run.log(
        "started", chunks=work.n_chunks, done=work.n_chunks - len(missing), device=device(executor)
    )
    for receipt in train_chunks(work, missing, executor, options):
        work.run.log("lost" if "lost" in receipt else "chunk", **receipt)
    finish(work, final, keep_run=options.keep_run)


def device(executor: GridExecutor[GridPlan]) -> str:
    """What this process trains on, for people."""
    return f"{executor.devices[0].device_kind} × {len(executor.devices)}"


def train_chunks(
    work: Work, indices: list[int], executor: GridExecutor[GridPlan], options: Options
) -> Iterator[dict[str, Any]]:
    """Train and store some chunks of a running directory; the lock is the caller's.

    Yields:
        Of each chunk, once it is stored: index, models, status (how many of each), seconds; of
        one that the machine failed: index, lost (its models), reason.

    Raises:
        StoreIOError: the disk is full, or will be.
        CellsLost: at the end, where models were lost.
    """
    cut = [work.plan.chunk(i, work.run.manifest["blocks_per_chunk"]) for i in indices]
    blocks = [block for chunk in cut for block in chunk]
    left = sum(len(b.rows) for b in blocks)
    losses = retry.Losses(work.plan, options.retries)
    with options.progress.task(left, work.plan.steps_of(blocks)):
        trained = _trained(blocks, executor, options)
        for position, (index, chunk) in enumerate(zip(indices, cut, strict=True)):
            if position % CHUNKS_A_CHECK == 0:
                store.need_space(work.run.path, work.layout, left)
            began = time.monotonic()
            made = list(islice(trained, len(chunk)))
            left -= sum(len(b.rows) for b in chunk)
            for rows in made:
                losses.note(rows)
            lost = [rows for rows in made if isinstance(rows, retry.Lost)]
            if lost:
                names = [name for block in lost for name in losses.names_of(block)]
                yield {"index": index, "lost": names, "reason": lost[-1].reason}
                continue
            stored = _commit(
                work.run, index, [rows for rows in made if not isinstance(rows, retry.Lost)]
            )
            counts = np.bincount(stored["status"], minlength=8).tolist()
            seconds = round(time.monotonic() - began, 3)
            yield {"index": index, "models": len(stored["seed"]), "status": counts,
                   "seconds": seconds}  # fmt: skip
        # a generator left before its end would tell its executor to give up
        next(trained, None)
    losses.check()


def _commit(run_dir: store.RunDirectory, index: int, made: list[retry.Rows]) -> retry.Rows:
    """Store the blocks of a chunk; their rows stand in order, whoever computed them."""
    joined = {name: np.concatenate([rows[name] for rows in made]) for name in made[0]}
    run_dir.commit(index, joined)
    return joined


def _trained(
    blocks: list[Block], executor: GridExecutor[GridPlan], options: Options
) -> Iterator[retry.Rows | retry.Lost]:
    """Rows of each block in order, computed by as many threads as blocks are in flight."""
    devices = executor.devices

    def train(task: tuple[int, Block]) -> Any:
        device = devices[task[0] % len(devices)]
        return retry.persistent(
            lambda: executor.run(task[1], device), task[1], options.stop.wait, options.retries
        )

    results = in_order(
        train,
        enumerate(blocks),
        blocks_in_flight(executor.plan, options.memory, options.threads),
        too_much=out_of_memory,
        # blocks in flight end at their next pause instead of at their last step
        abandon=executor.abandoned.set,
    )
    try:
        for made in results:
            if not isinstance(made, retry.Lost):
                options.progress.models(len(made["seed"]), int(np.sum(made["status"] != 1)))
            yield made
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise CellsLost(
            f"no room in memory for one block of models even alone: {str(error)[:200]}"
        ) from error
