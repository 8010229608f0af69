"""Working in one running directory together: joining it, and merging it when all is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from phasesim import store
from phasesim.errors import StoreLocked, UsageError
from phasesim.execute import platform
from phasesim.farm._shard import Shard
from phasesim.grid import Grid
from phasesim.work import Work, finish, prepare, reopen

#: seconds to wait for another process that has the directory to itself: extending it takes so long
PATIENCE = 30.0
#: seconds to wait with the merge for others, of whom the last one merges
MOMENT = 2.0
_PAUSE = 0.1


def join(
    sweep: Grid, final: Path, shard: Shard, make_manifest: Callable[[], dict[str, Any]]
) -> Work | None:
    """Find or make the running directory of a sweep that others may be computing too.

    Args:
        sweep: what is to be trained.
        final: NAME.h5.
        shard: the share, which nobody else may hold.
        make_manifest: see `work.prepare`.

    Returns:
        The work left, of all shares; or None where ``final`` holds everything already.

    Raises:
        StoreLocked: somebody computes this share, or the whole sweep.
        StoreMismatch: see `work.prepare`.
    """

    def unless_finished() -> dict[str, Any]:
        # while this one measures, the others may finish a short sweep
        before = _inode(final)
        made = make_manifest()
        if _inode(final) != before:
            raise StoreLocked(f"{final}: finished by others meanwhile; run again")
        return made

    until, taken = time.monotonic() + PATIENCE, 0
    while True:
        try:
            return prepare(sweep, final, platform(), unless_finished, shard.pair)
        except StoreLocked:
            # refused where others may share the directory, and not only by a hair: it is this
            # share that is taken
            taken = taken + 1 if _can_be_shared(final) else 0
            if taken > 1 or time.monotonic() > until:
                raise
        except UsageError as error:
            # merged and put away by others between two looks at it
            gone = final.exists() and not store.run_path(final).exists()
            if not gone or type(error) is not UsageError or time.monotonic() > until:
                raise
        time.sleep(_PAUSE)


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


def _can_be_shared(final: Path) -> bool:
    try:
        store.RunDirectory.open(store.run_path(final)).lock(shared=True).release()
    except (StoreLocked, UsageError):
        return False
    return True


def merge_if_complete(final: Path, *, keep_run: bool = False, patience: float = MOMENT) -> bool:
    """Merge a running directory if all chunks are there and nobody works in it any more.

    Args:
        final: NAME.h5.
        keep_run: keep the directory.
        patience: seconds to wait for others to leave.

    Returns:
        Whether ``final`` is there with everything; if not, whoever is last will merge.
    """
    until = time.monotonic() + patience
    while True:
        try:
            run = store.RunDirectory.open(store.run_path(final))
            with run.lock() as held:
                work = reopen(run, held)
                if work.missing(verify=False):
                    return False
                finish(work, final, keep_run=keep_run)
                return True
        except StoreLocked:
            if time.monotonic() > until:
                return False
        except UsageError:
            if store.run_path(final).exists() or not final.exists():
                raise
            return True
        time.sleep(_PAUSE)
