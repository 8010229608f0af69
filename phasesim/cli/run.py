"""``phasesim run``: train a sweep."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

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
from phasesim.errors import UsageError


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
    limit = parse_bytes(memory, "--memory") if memory else None
    from phasesim import estimate
    from phasesim.adaptive import check_rounds, run_refined
    from phasesim.cache import use_cache
    from phasesim.progress import for_stderr
    from phasesim.refinement import GROWTH
    from phasesim.run import Options, run

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
    options = Options(limit, fresh, keep_run, for_stderr(quiet))
    before = _identity(final)
    with stop_on_signals(options.stop):
        if refine:
            result = run_refined(loaded, final, rounds=refine, options=options)
        else:
            result = run(loaded, final, options)
    if json:
        from phasesim.cli.status import describe

        print_json(describe(final))
    elif not quiet:
        word = "complete" if _identity(final) == before else "written"
        print(f"{final}: {word}; {result!r}", file=sys.stderr)
    return 0


def _identity(path: Path) -> tuple[int, int] | None:
    """What changes when a file is replaced, even by one of the same content."""
    return (path.stat().st_ino, path.stat().st_mtime_ns) if path.exists() else None


def _readable(planned: dict) -> list[tuple[str, object]]:
    shown = dict(planned)
    for name in ("bytes", "peak_memory_bytes"):
        shown[name] = format_bytes(planned[name])
    shown["seconds"] = f"{planned['seconds']:.1f}"
    return list(shown.items())
