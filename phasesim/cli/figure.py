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
    gallery_: Annotated[bool, Parameter(name="--gallery", negative="")] = False,
    quiet: Flag = False,
    json: Flag = False,
) -> int:
    """Draw a published figure, training and measuring what it shows where it is not stored.

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
    gallery_
        Write README.md of the figures drawn in this folder.
    quiet
        No progress on stderr.
    json
        One JSON document on stdout.
    """
    from phasesim import gallery

    if list_ + check + gallery_ > 1:
        raise UsageError("figure: --list, --check and --gallery exclude each other")
    if list_:
        return _list(json)
    if gallery_:
        return _gallery(quiet)
    chosen = gallery.known_name(name) if name else None
    if check:
        return _check([chosen] if chosen else gallery.names(), json)
    if chosen is None:
        raise UsageError("figure: expected a name, or --list, --check or --gallery")
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
        gallery.measure(chosen, result, train=not no_train, options=options)
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


def _gallery(quiet: bool) -> int:
    from phasesim import catalogue

    path = catalogue.write(Path())
    if not quiet:
        print(f"{path}: written", file=sys.stderr)
    return EXIT_OK


def _check(names: list[str], json: bool) -> int:
    from phasesim import gallery
    from phasesim.catalogue import numbers

    # one asked for by its name has to be there
    here = names if len(names) == 1 else gallery.drawn(Path())
    rows = [{"figure": n, **a} for n in here for a in gallery.assertions(n, Path())]
    failed = [row for row in rows if not row["passed"]]
    if json:
        print_json(rows)
    else:
        head = ("figure", "reached at", "measured", "expected", "asserted", "control")
        table = [head] + [
            (row["figure"], row["reached"], numbers(row["measured"]), row["expected"],
             row["quantity"], f"{row['control']['of']}: {numbers(row['control']['measured'])}")
            for row in rows
        ]  # fmt: skip
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for cells in table:
            print("  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip())
        print(f"{len(rows) - len(failed)} of {len(rows)} assertions hold")
        if missing := [name for name in names if name not in here]:
            print(f"not drawn here: {', '.join(missing)}")
    return EXIT_CELLS_LOST if failed else EXIT_OK


def _line(assertion: dict[str, Any]) -> str:
    line = f"{assertion['quantity']}: expected {assertion['expected']}, "
    return line + f"measured {assertion['measured']}"
