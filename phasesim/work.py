"""What a run does to its directory: finding or making it, knowing what is left, merging it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import store
from phasesim.errors import StoreDamaged, StoreLocked, StoreMismatch, UsageError
from phasesim.fingerprint import contains, differing_fields, grid_fingerprint
from phasesim.grid import Grid
from phasesim.output import manifest_layout, stored_attributes, versions
from phasesim.plan import GridPlan, make_plan
from phasesim.stored import sweep_in, sweep_under_way


@dataclass(frozen=True)
class Work:
    """A running directory and what is left to do in it; the lock is held."""

    run: store.RunDirectory
    held: store.Held
    plan: GridPlan
    layout: store.Layout

    @property
    def n_chunks(self) -> int:
        """Chunks that the plan makes."""
        return self.plan.n_chunks(self.run.manifest["blocks_per_chunk"])

    def missing(
        self, wanted: Callable[[int], bool] = lambda index: True, *, verify: bool = True
    ) -> list[int]:
        """Chunks of those wanted that are not stored, or (with ``verify``) stored damaged."""
        done = self.run.completed(verify=verify, wanted=wanted)
        return [i for i in range(self.n_chunks) if wanted(i) and i not in done]

    def models(self, chunks: Iterable[int]) -> int:
        """How many models some chunks hold."""
        size = self.run.manifest["blocks_per_chunk"]
        return sum(len(b.rows) for i in chunks for b in self.plan.chunk(i, size))


def prepare(
    sweep: Grid,
    final: Path,
    platform: str,
    make_manifest: Callable[[], dict[str, Any]],
    shard: tuple[int, int] | None = None,
) -> Work | None:
    """Find or make the running directory of a sweep.

    Args:
        sweep: what is to be trained.
        final: NAME.h5.
        platform: the kind of device that would train what is missing.
        make_manifest: called only where a directory is made or extended: it measures.
        shard: ``(i, N)`` to share the directory with the other shards instead of locking it.

    Returns:
        The work left, or None where ``final`` holds all of it already.

    Raises:
        StoreMismatch: another experiment is stored there, or another grid that this one does
            not contain.
        StoreLocked: another process is writing.
    """
    path = store.run_path(final)
    if not (path / "manifest.json").exists():
        base = None
        if final.exists():
            with store.open_final(final) as file:
                made = _made(file.attrs, final)
                if not grows(sweep, sweep_in(file), final, made):
                    store.remove_retired(path)
                    return None
                _same_platform(file.attrs.get("platform"), platform, final)
            base = final
        run = store.RunDirectory.create(path, make_manifest(), base=base)
    else:
        run = store.RunDirectory.open(path)
    _same_platform(run.manifest.get("platform"), platform, path)
    if shard is not None and _outgrown(sweep, run, verify=False):
        with run.lock() as held:
            _locked(sweep, run, held, make_manifest)
    held = run.lock(shard=shard)
    try:
        return _locked(sweep, run, held, make_manifest)
    except BaseException:
        held.release()
        raise


def _locked(
    sweep: Grid, run: store.RunDirectory, held: store.Held, make_manifest: Callable[[], Any]
) -> Work:
    if held.exclusive:
        run.clean_temporaries()
    if _outgrown(sweep, run, verify=held.exclusive):
        if not held.exclusive:
            raise StoreLocked(f"{run.path}: another process extends it; run again")
        run.supersede(make_manifest())
    return _work(run, held, sweep)


def _outgrown(sweep: Grid, run: store.RunDirectory, *, verify: bool) -> bool:
    """Whether a directory needs another manifest before this sweep can go on in it."""
    old = sweep_under_way(run)
    # a carried file that was damaged changes what is left to do, hence the numbering of chunks
    made = _made(run.manifest, run.path)
    return grows(sweep, old, run.path, made) or _carries_less(run, verify=verify)


def _carries_less(run: store.RunDirectory, *, verify: bool) -> bool:
    return set(run.carried(verify=verify)) != set(run.manifest["carried"])


def reopen(run: store.RunDirectory, held: store.Held) -> Work:
    """What is left to do in a running directory, as its own manifest has it."""
    return _work(run, held, sweep_under_way(run))


def _work(run: store.RunDirectory, held: store.Held, sweep: Grid) -> Work:
    layout = manifest_layout(sweep, run.manifest)
    plan = make_plan(sweep, _carried_models(run, layout), run.manifest["platform"])
    return Work(run, held, plan, layout)


def _same_platform(stored: object, own: str, where: Path) -> None:
    """Refuse to mix: devices of different kinds round differently."""
    if not isinstance(stored, str):
        raise StoreDamaged(f"{where}: does not say what kind of device made it")
    if stored != own:
        raise StoreMismatch(
            f"{where}: was trained on {stored}, found {own} here, "
            f"go on there, or use --fresh to begin anew"
        )


def _made(stored: Mapping[str, Any], where: Path) -> dict[str, Any]:
    """What a store says of the code that made it, as `code_identity`.

    Raises:
        StoreDamaged: nothing, or not what phasesim writes.
    """
    try:
        return {**json.loads(stored["code"])}
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise StoreDamaged(f"{where}: does not say what code made it: {error!r}") from None


def grows(sweep: Grid, old: Grid, where: Path, made: dict[str, Any]) -> bool:
    """Whether ``sweep`` extends a stored one (True), is it (False), or neither (an error)."""
    fields = differing_fields(sweep, old, made)
    if fields:
        raise StoreMismatch(
            f"{where}: holds another experiment, which differs in {', '.join(fields)}; "
            "choose another -o, or --fresh to move it aside"
        )
    if grid_fingerprint(sweep) == grid_fingerprint(old):
        return False
    if contains(sweep, old):
        return True
    raise StoreMismatch(
        f"{where}: holds a grid that this one does not contain; add values or seeds to it, "
        "choose another -o, or --fresh to move it aside"
    )


def check_same_code(run: store.RunDirectory, sweep: Grid, platform: str) -> None:
    """Refuse to add to a directory from where the same cells would come out otherwise.

    Raises:
        StoreMismatch: another kind of device, other versions, other plugins or input files.
    """
    _same_platform(run.manifest["platform"], platform, run.path)
    here, made = versions(), run.manifest["versions"]
    other = [f"{n} {here[n]} instead of {made.get(n)}" for n in here if here[n] != made.get(n)]
    other += differing_fields(sweep, sweep, _made(run.manifest, run.path))
    if other:
        raise StoreMismatch(
            f"{run.path}: a worker has {', '.join(other)}; expected the same on all machines"
        )


def _carried_models(run: store.RunDirectory, layout: store.Layout) -> np.ndarray | None:
    """Which models the carried files hold, bool (n_cells, n_seeds)."""
    names = set(run.carried(verify=False))
    if not names:
        return None
    done = np.zeros(int(np.prod(layout.grid)), bool)
    index = store.RowIndex(layout)
    fresh = set(run.completed(verify=False).values())
    for part in run.parts(verify=False):
        if part.name in fresh:
            continue
        rows = part.read(("cell_hash", "seed"))
        for places in index.locate(rows["cell_hash"], rows["seed"], part.name):
            done[places[places >= 0]] = True
    return done.reshape(-1, layout.n_seeds)


def finish(work: Work, final: Path, *, keep_run: bool) -> None:
    """Merge a directory whose chunks are all there into the final file, and put it away.

    Raises:
        UsageError: models are missing; nothing is merged.
        StoreDamaged: see `store.write_final`.
    """
    run, sweep = work.run, work.plan.sweep
    parts = run.parts()  # verified: what is damaged is missing from now on
    lacking = work.models(work.missing(verify=False))
    if lacking or _carries_less(run, verify=False):
        known = f"{sweep.n_models - lacking:,} of {sweep.n_models:,}" if lacking else "not all"
        raise UsageError(
            f"{run.path}: {known} models are trained; run the sweep again to train the rest"
        )
    attrs, texts = stored_attributes(sweep, run.manifest["platform"])
    store.write_final(
        final, work.layout, parts, attrs=attrs, texts=texts, workdir=run.path, replace=True
    )
    run.log("merged")
    if not keep_run:
        store.retire(run, final)
