"""``phasesim export``: hand a store on in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def export(path: Path, output: Annotated[Path, Parameter(name=["--output", "-o"])]) -> int:
    """Write a store as netCDF, CSV or NumPy archive; an existing file is left alone.

    Parameters
    ----------
    path
        NAME.h5.
    output
        x.nc, x.csv (one line a model, scalars only) or x.npz.
    """
    from phasesim.export import export as write
    from phasesim.result import open_result

    with open_result(path) as result:
        write(result, output)
    return 0
