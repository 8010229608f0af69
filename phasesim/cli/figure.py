"""``phasesim figure``: draw and check published figures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import print_json, stop_on_signals
from phasesim.errors import EXIT_CELLS_LOST, EXIT_OK, UsageError

Flag = Annotated[bool, Parameter(negative="")]


def figure(
    name: str | None = None,
    *,
    store: Path | None = None,
    scale: str = "",
    reduce: str = "best",
    no_train: Flag = False,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    list_: Annotated[bool, Parameter(name="--list", negative="")] = False,
    check: Flag = False,
    quiet: Flag = False,
    json: Flag = False,
) -> int:
    """Draw a published figure, training what it shows where no store is there.

    Parameters
    ----------
    name
        The figure, see --list.
    store
        Draw this store instead of ./NAME.h5.
    scale
        Train the figure's [scale.NAME] settings instead of the default ones.
    reduce
        How seeds become one value a cell: best, worst, mean or mean_minus_worst.
    no_train
        Fail with the command to run instead of training.
    output
        Where to write; by default ./NAME.png with .pdf and .json beside it.
    list_
        Names of all figures.
    check
        Print the assertions of the figures drawn in this folder; exit 3 if one fails.
    quiet
        No progress on stderr.
    json
        One JSON document on stdout.
    """
    from phasesim import gallery

    if list_ and check:
        raise UsageError("figure: --list and --check exclude each other")
    if list_:
        return _list(json)
    chosen = gallery.known_name(name) if name else None
    if check:
        return _check([chosen] if chosen else gallery.names(), json)
    if chosen is None:
        raise UsageError("figure: expected a name, or --list, or --check")
    from phasesim.cache import use_cache
    from phasesim.progress import for_stderr
    from phasesim.reductions import check_reduction
    from phasesim.run import Options

    check_reduction(reduce)
    stem = gallery.output_stem(chosen, output)
    use_cache()
    sweep = gallery.sweep_of(chosen, scale)
    options = Options(progress=for_stderr(quiet))
    with stop_on_signals(options.stop):
        result = gallery.result_of(chosen, sweep, store, train=not no_train, options=options)
    written = gallery.draw(chosen, result, reduce, stem)
    failed = [a for a in gallery.assertions(stem.name, stem.parent) if not a["passed"]]
    if json:
        print_json({"figure": chosen, "files": [str(p) for p in written], "failed": failed})
    elif not quiet:
        print(f"{', '.join(str(p) for p in written)}: written", file=sys.stderr)
    for assertion in failed:
        print(f"assertion failed: {_line(assertion)}", file=sys.stderr)
    return EXIT_CELLS_LOST if failed else EXIT_OK


def _list(json: bool) -> int:
    from phasesim import gallery

    if json:
        print_json([gallery.summary(name) for name in gallery.names()])
    else:
        for name in gallery.names():
            print(f"{name}  {gallery.summary(name)['summary']}")
    return EXIT_OK


def _check(names: list[str], json: bool) -> int:
    from phasesim import gallery

    rows = [{"figure": n, **a} for n in names for a in gallery.assertions(n, Path())]
    if json:
        print_json(rows)
    else:
        for row in rows:
            print(f"{row['figure']}: {'passed' if row['passed'] else 'FAILED'}: {_line(row)}")
    return EXIT_OK if all(row["passed"] for row in rows) else EXIT_CELLS_LOST


def _line(assertion: dict[str, Any]) -> str:
    line = f"{assertion['quantity']}: expected {assertion['expected']}, "
    return line + f"measured {assertion['measured']}"
