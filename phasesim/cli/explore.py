"""``phasesim explore``: the page on which a sweep is looked at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from phasesim.cli.common import print_json
from phasesim.errors import one_line


def explore(
    path: Path,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    max_mb: float = 25.0,
    metric: Annotated[list[str] | None, Parameter(negative="")] = None,
    theory: str = "auto",
    quiet: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write one HTML file to look at a store in a browser, without a server or a network.

    Parameters
    ----------
    path
        NAME.h5 or NAME.run. Analyses beside it, NAME.ANALYSIS.h5, become maps of the page.
    output
        The page; by default ./NAME.html. An existing one is replaced.
    max_mb
        Its size in 10^6 bytes; what does not fit is left out and named on the page.
    metric
        A further metric to map, see `phasesim list metric`; may be given several times.
    theory
        Boundaries over density × ratio diagrams: all, none, or auto, without those that take
        minutes.
    quiet
        Nothing on stderr.
    json
        One JSON document on stdout.
    """
    from phasesim.explore import explore as write
    from phasesim.result import open_result

    with open_result(path) as result:
        page = write(result, output, metrics=metric or (), max_mb=max_mb, theory=theory)
    if json:
        said = {"smaller": list(page.smaller), "left_out": list(page.left_out)}
        print_json({"output": str(page.path), "bytes": page.n_bytes, **said})
    elif not quiet:
        for text in page.left_out:
            print(one_line(text), file=sys.stderr)
        for text in page.smaller:
            print(f"made smaller to fit {max_mb:g} MB: {text}", file=sys.stderr)
        print(f"{page.path}: written, {page.n_bytes / 1e6:.1f} MB", file=sys.stderr)
    return 0
