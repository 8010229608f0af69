"""Running a sweep: in memory, or into a store that survives whatever stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import store
from phasesim.analysis import AnalysisSweep
from phasesim.dispatch import in_order
from phasesim.execute import Executor, blocks_in_flight, out_of_memory, platform
from phasesim.execute_analysis import AnalysisExecutor
from phasesim.execute_function import FunctionExecutor
from phasesim.function import FunctionSweep, make_sweep
from phasesim.grid import Grid
from phasesim.output import Work, finish, layout_of, new_manifest, prepare
from phasesim.plan import Block, Plan, chunk_blocks, make_plan
from phasesim.progress import Silent
from phasesim.result import Result, from_rows, open_result
from phasesim.start import starts_of
from phasesim.sweep import Sweep


@dataclass
class Options:
    """How a sweep is carried out; nothing here changes a number of the result.

    Attributes:
        memory: bytes that blocks in flight may take, or None for no bound.
        fresh: move an existing store aside and begin anew.
        keep_run: keep the running directory after the merge.
        progress: what is told of the models and steps done.
        stop: set from outside to stop at the next pause.
    """

    memory: int | None = None
    fresh: bool = False
    keep_run: bool = False
    progress: Silent = field(default_factory=Silent)
    stop: threading.Event = field(default_factory=threading.Event)


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
    work = prepare(sweep, final, platform(), lambda: _measured_manifest(sweep, options))
    if work is not None:
        with work.held:
            _fill(work, final, options)
    return open_result(final)


def _in_memory(sweep: Grid, options: Options) -> Result:
    plan = make_plan(sweep, platform=platform())
    executor = _executor(plan, options)
    with options.progress.task(plan.n_models, plan.model_steps):
        parts = [
            store.ArrayPart("memory", rows) for rows in _trained(plan.blocks, executor, options)
        ]
    fields, coords = executor.layout
    return from_rows(sweep, layout_of(sweep, fields, coords, plan.cell_hash), parts)


def _executor(plan: Plan, options: Options) -> Executor:
    kinds = {FunctionSweep: FunctionExecutor, AnalysisSweep: AnalysisExecutor}
    kind = kinds.get(type(plan.sweep), Executor)
    starts = starts_of(plan.sweep) if kind is Executor else None
    return kind(plan, starts, options.stop, options.progress.steps)


def _measured_manifest(sweep: Grid, options: Options) -> dict[str, Any]:
    """The manifest of a new directory; whoever makes it decides how much work a chunk holds."""
    plan = make_plan(sweep, platform=platform())
    executor = _executor(plan, Options())
    seconds = executor.seconds_per_block(0) / blocks_in_flight(plan, options.memory)
    return new_manifest(sweep, *executor.layout, chunk_blocks(seconds), plan.platform)


def _fill(work: Work, final: Path, options: Options) -> None:
    """Compute what is missing of a running directory, merge it, and put it away."""
    run_dir, plan = work.run, work.plan
    executor = _executor(plan, options)
    done = run_dir.completed()
    per_chunk = run_dir.manifest["blocks_per_chunk"]
    missing = [i for i in range(plan.n_chunks(per_chunk)) if i not in done]
    blocks = [b for i in missing for b in plan.chunk(i, per_chunk)]
    device = f"{executor.devices[0].device_kind} × {len(executor.devices)}"
    run_dir.log("started", chunks=plan.n_chunks(per_chunk), done=len(done), device=device)
    with options.progress.task(sum(len(b.rows) for b in blocks), plan.steps_of(blocks)):
        trained = _trained(blocks, executor, options)
        for index in missing:
            _commit_chunk(run_dir, index, len(plan.chunk(index, per_chunk)), trained)
    finish(run_dir, final, plan.sweep, work.layout, keep_run=options.keep_run)


def _commit_chunk(
    run_dir: store.RunDirectory, index: int, n_blocks: int, trained: Iterator[dict[str, Any]]
) -> None:
    """Store the next ``n_blocks`` blocks; their rows stand in order, whoever computed them."""
    began = time.monotonic()
    rows = [next(trained) for _ in range(n_blocks)]
    joined = {name: np.concatenate([r[name] for r in rows]) for name in rows[0]}
    run_dir.commit(index, joined)
    counts = np.bincount(joined["status"], minlength=8).tolist()
    seconds = round(time.monotonic() - began, 3)
    run_dir.log("chunk", index=index, models=len(joined["seed"]), status=counts, seconds=seconds)


def _trained(
    blocks: list[Block], executor: Executor, options: Options
) -> Iterator[dict[str, np.ndarray]]:
    """Rows of each block in order, computed by as many threads as blocks are in flight."""
    devices = executor.devices
    results = in_order(
        lambda task: executor.run(task[1], devices[task[0] % len(devices)]),
        enumerate(blocks),
        blocks_in_flight(executor.plan, options.memory),
        too_much=out_of_memory,
        # blocks in flight end at their next pause instead of at their last step
        abandon=executor.abandoned.set,
    )
    for rows in results:
        options.progress.models(len(rows["seed"]), int(np.sum(rows["status"] != 1)))
        yield rows
