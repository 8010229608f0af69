"""``phasesim analyse``: measure every model of a store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import (
    check_platform,
    choose_platform,
    print_json,
    print_table,
    stop_on_signals,
)
from phasesim.errors import EXIT_OK, UsageError

Flag = Annotated[bool, Parameter(negative="")]


def analyse(
    store: Path | None = None,
    name: str | None = None,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    set_: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    list_: Annotated[bool, Parameter(name="--list", negative="")] = False,
    platform: str | None = None,
    fresh: Flag = False,
    quiet: Flag = False,
    json: Flag = False,
) -> int:
    """Measure every model of a finished store; resumes by itself.

    Parameters
    ----------
    store
        NAME.h5, made by `phasesim run`.
    name
        The analysis, see --list.
    output
        The file to write; by default STORE's stem, the analysis and its options that are not the
        default ones, .h5, beside the store.
    set_
        option=value of the analysis; may be given several times.
    list_
        A line for each analysis; with a NAME, or --json, what it returns and its options too.
    platform
        cpu, gpu or tpu; by default what JAX finds.
    fresh
        Move an existing file aside and begin anew.
    quiet
        No progress on stderr.
    json
        One JSON document on stdout.
    """
    if list_:
        return _list(str(store) if store else "", json)
    if store is None or name is None:
        raise UsageError("analyse: expected STORE NAME, or --list")
    part = _configured(name, set_ or ())
    choose_platform(platform)
    from phasesim import store as files
    from phasesim.cache import use_cache
    from phasesim.interpret._run import analyse as measure
    from phasesim.progress import for_stderr
    from phasesim.run import Options

    check_platform(platform)
    final = output or files.analysis_path(store, part.label)
    if final.is_dir() or not final.parent.is_dir() or final.resolve() == store.resolve():
        raise UsageError(f"-o {final}: expected another file NAME.h5 in a folder that exists")
    use_cache()
    options = Options(fresh=fresh, progress=for_stderr(quiet))
    with stop_on_signals(options.stop):
        result = measure(store, part, final, options)
    if json:
        print_json({"output": str(final), "analysis": name, "arrays": result.names()})
    elif not quiet:
        print(f"{final}: complete; {result!r}", file=sys.stderr)
    return EXIT_OK


def _configured(name: str, overrides: Any) -> Any:
    from phasesim.config import parse_override
    from phasesim.errors import ConfigError
    from phasesim.parts import build
    from phasesim.paths import replace_at

    part = build("analysis", name, "analysis")
    for text in overrides:
        path, value = parse_override(text)
        try:
            part = replace_at(part, path, value)
        except ConfigError as error:
            raise error.within(name) from None
    return part


def _list(name: str, json: bool) -> int:
    from phasesim import registry
    from phasesim.cli.list import describe

    entries = []
    for known in [name] if name else registry.names("analysis"):
        outputs = registry.get("analysis", known)().outputs
        returned = [{"name": n, "dims": list(o.dims), "meaning": o.meaning}
                    for n, o in outputs.items()]  # fmt: skip
        entries.append({**describe("analysis", known), "outputs": returned})
    if json:
        print_json(entries)
        return EXIT_OK
    if not name:
        print_table([(entry["name"], entry["summary"]) for entry in entries])
        print("phasesim analyse --list NAME says what it returns, and its options")
        return EXIT_OK
    for entry in entries:
        options = ", ".join(f"{f['name']}={f['default']}" for f in entry["fields"])
        print(f"{entry['name']}: {entry['summary']}  [{options}]")
        print_table([
            (f"  {o['name']} ({', '.join(o['dims'])})", o["meaning"]) for o in entry["outputs"]
        ])  # fmt: skip
    return EXIT_OK
