"""What a worker does: one chunk, stored, and a receipt for it.

Importing this costs next to nothing; a worker imports JAX with its first task.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phasesim.errors import CellsLost, PhasesimError, StoreMismatch


@dataclass(frozen=True)
class Settings:
    """What a worker has to know to work in a running directory.

    Attributes:
        run: NAME.run, absolute.
        grid: fingerprint of the grid that the chunks are numbered by.
        first_chunk: number of the directory's first chunk.
        plugins: folders with parts.
        memory: bytes for blocks in training, or None for no bound.
        threads: blocks in training at once, or None.
        cache: whether compiled programs are kept for later runs.
    """

    run: str
    grid: str
    first_chunk: int
    plugins: tuple[str, ...] = ()
    memory: int | None = None
    threads: int | None = None
    cache: bool = True


def train(settings: Settings, index: int) -> dict[str, Any]:
    """Train and store a chunk.

    Returns:
        The receipt, see `_drive.drive`: index, models, status, seconds, device.
    """
    try:
        return _trained(settings, index)
    except CellsLost as error:
        # the machine's fault, so that another worker may do better
        _opened.cache_clear()
        return {"index": index, "lost": [], "reason": str(error)}
    except PhasesimError as error:
        _opened.cache_clear()
        return {"index": index, "error": str(error), "exit_code": error.exit_code}
    except BaseException:
        # what failed in the middle of a block is not used again
        _opened.cache_clear()
        raise


def _trained(settings: Settings, index: int) -> dict[str, Any]:
    from phasesim.run import device, train_chunks

    work, executor, options = _opened(settings)
    with work.run.lock(shared=True) as held:
        manifest = work.run.manifest
        if (manifest["grid_fingerprint"], manifest["first_chunk"]) != (
            settings.grid, settings.first_chunk,
        ):  # fmt: skip
            raise StoreMismatch(f"{settings.run}: was extended meanwhile, run again")
        mine = replace(work, held=held)
        if not mine.missing(lambda chunk: chunk == index):
            # by a worker that was given up for dead, or that died before it could say so
            return {"index": index, "models": mine.models([index]), "found": True}
        (receipt,) = train_chunks(mine, [index], executor, options)
    return {**receipt, "device": device(executor)}


@functools.lru_cache(maxsize=1)
def _opened(settings: Settings) -> tuple[Any, Any, Any]:
    """The directory, what trains its blocks, and options: made once for all tasks of a worker."""
    from phasesim import registry
    from phasesim.cache import use_cache
    from phasesim.execute import platform
    from phasesim.run import Options, executor_for
    from phasesim.store import RunDirectory
    from phasesim.work import check_same_code, reopen

    for folder in settings.plugins:
        registry.add_plugins(folder)
    if settings.cache:
        use_cache()
    run = RunDirectory.open(Path(settings.run))
    with run.lock(shared=True) as held:
        work = reopen(run, held)
    check_same_code(run, work.plan.sweep, platform())
    # whoever hands out the tasks tries again: what a machine fails, another may do
    options = Options(memory=settings.memory, threads=settings.threads, retries=0)
    return work, executor_for(work.plan, options), options
