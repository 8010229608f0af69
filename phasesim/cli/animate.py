"""``phasesim animate``: a model while it trains, as a film."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from phasesim.errors import UsageError


def animate(
    path: Path,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    at: Annotated[list[str] | None, Parameter(negative="")] = None,
    seed: int | None = None,
    fps: float = 8,
    quiet: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write a film of one model: its features, and how many dimensions each has, over training.

    The store has to hold recorded steps: train it with `--set record.snapshots=40`.

    Parameters
    ----------
    path
        NAME.h5 or NAME.run.
    output
        x.gif or x.mp4, which needs ffmpeg; by default ./NAME.mp4 where that is found, else
        ./NAME.gif. An existing one is replaced.
    at
        Which cell, as AXIS=VALUE, e.g. density=0.1: the nearest value; may be given several times.
        Of other axes it is the first value.
    seed
        Which model of the cell; by default the best one.
    fps
        Recorded steps a second.
    quiet
        Nothing on stderr.
    """
    from phasesim.plot import film_suffix, save_animation
    from phasesim.result import open_result

    select = dict(map(_cell, at or ()))
    target = output or Path(f"{path.stem}{film_suffix()}")
    with open_result(path) as result:
        save_animation(result, target, select=select, seed=seed, fps=fps)
    if not quiet:
        print(f"{target}: written", file=sys.stderr)
    return 0


def _cell(text: str) -> tuple[str, float | str]:
    axis, equals, value = text.partition("=")
    if not (axis and equals and value):
        raise UsageError(f"--at {text}: expected AXIS=VALUE, e.g. density=0.1")
    try:
        return axis, float(value)
    except ValueError:
        return axis, value
