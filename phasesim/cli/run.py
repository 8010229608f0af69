"""``phasesim run``: train a sweep."""

from __future__ import annotations

import functools
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import (
    check_platform,
    choose_platform,
    format_bytes,
    parse_bytes,
    print_json,
    print_table,
    stop_on_signals,
)
from phasesim.config import load_sweep
from phasesim.errors import UsageError, one_line
from phasesim.farm import _base as farm_base
from phasesim.farm import _shard as farm_shard

if TYPE_CHECKING:
    from phasesim.farm._shard import Shard
    from phasesim.run import Options
    from phasesim.sweep import Sweep


def run(
    sweep: Path,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    set_: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    scale: str = "",
    refine: int = 0,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    memory: str | None = None,
    platform: str | None = None,
    shard: str | None = None,
    executor: str | None = None,
    keep_run: Annotated[bool, Parameter(negative="")] = False,
    fresh: Annotated[bool, Parameter(negative="")] = False,
    no_cache: Annotated[bool, Parameter(negative="")] = False,
    quiet: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Train every model of a sweep; resumes and extends what the store already holds.

    Parameters
    ----------
    sweep
        The TOML file.
    output
        The store to write; by default ./NAME.h5 with the sweep's name.
    set_
        dotted.path=value, overrides the file; may be given several times.
    scale
        Use the [scale.NAME] table of the file.
    refine
        Then so many times insert axis values where the phase changes and train what is new;
        a round has at most 4 times the models of the one before.
    dry_run
        Say what would be done, from a few timed steps.
    memory
        Bound for the models in training at once, e.g. 4GiB.
    platform
        cpu, gpu or tpu; by default what JAX finds.
    shard
        i/N, a share of the work, i from 0 to N-1, beside others in the same folder; auto in a SLURM
        array, auto/N in a Kubernetes indexed job. The last share to finish merges.
    executor
        processes:K, dask://HOST:PORT or slurm:JOBS: workers to hand the work to.
    keep_run
        Keep the running directory after the merge.
    fresh
        Move an existing store aside and begin anew.
    no_cache
        Compile anew instead of using the user's compilation cache.
    quiet
        No progress on stderr.
    json
        One JSON document on stdout.
    """
    loaded = load_sweep(sweep, set_ or (), scale=scale)
    final = output or Path(f"{loaded.name}.h5")
    if final.is_dir() or not final.parent.is_dir():
        raise UsageError(f"-o {final}: expected a file NAME.h5 in a folder that exists")
    choose_platform(platform)
    limit = parse_bytes(memory, "--memory") if memory is not None else None
    share = farm_shard.from_text(shard) if shard is not None else None
    farm = farm_base.from_text(executor) if executor is not None else None
    if share and refine:
        raise UsageError("--refine: needs all shares of a round, expected no --shard beside it")
    stop = threading.Event()
    # from here on: what is imported next takes seconds, in which a stop may be asked for too
    with stop_on_signals(stop):
        from phasesim import estimate
        from phasesim.adaptive import check_rounds
        from phasesim.cache import use_cache
        from phasesim.progress import for_stderr
        from phasesim.refinement import GROWTH
        from phasesim.run import Options

        check_platform(platform)
        check_rounds(refine)
        if not no_cache:
            use_cache()
        if dry_run:
            planned = estimate.dry_run(loaded, final, limit)
            if refine:
                # where phases change is known only once the models are trained
                planned["models_at_most"] = int(loaded.n_models * GROWTH**refine)
            if json:
                print_json(planned)
            else:
                print_table(_readable(planned))
            return 0
        options = Options(limit, fresh, keep_run, for_stderr(quiet), stop)
        said = _train(loaded, final, options, refine, share, farm)
        if json:
            from phasesim.cli.status import describe

            print_json(describe(final))
        elif not quiet:
            print(one_line(f"{final}: {said}"), file=sys.stderr)
        return 0


def _train(
    loaded: Sweep, final: Path, options: Options, refine: int, share: Shard | None, farm: Any
) -> str:
    """Carry a sweep out; what to say of it."""
    from phasesim.adaptive import run_refined
    from phasesim.farm._run import run_farmed, run_shard
    from phasesim.run import run

    before = _identity(final)
    if share:
        done = run_shard(loaded, final, share, options, farm)
        return "complete" if done else f"shard {share} is stored; the last one to finish merges"
    train = functools.partial(run_farmed, executor=farm) if farm else run
    if refine:
        result = run_refined(loaded, final, rounds=refine, options=options, train=train)
    else:
        result = train(loaded, final, options=options)
    word = "complete" if _identity(final) == before else "written"
    return f"{word}; {result!r}"


def _identity(path: Path) -> tuple[int, int] | None:
    """What changes when a file is replaced, even by one of the same content."""
    return (path.stat().st_ino, path.stat().st_mtime_ns) if path.exists() else None


def _readable(planned: dict) -> list[tuple[str, object]]:
    shown = dict(planned)
    for name in ("bytes", "peak_memory_bytes"):
        shown[name] = format_bytes(planned[name])
    shown["seconds"] = f"{planned['seconds']:.1f}"
    return list(shown.items())
