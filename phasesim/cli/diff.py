"""``phasesim diff``: how two stores differ."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import print_json, print_table
from phasesim.errors import EXIT_DIFFERENT, EXIT_OK, PhasesimError, UsageError

if TYPE_CHECKING:
    from phasesim.compare import Comparison, Difference

Flag = Annotated[bool, Parameter(negative="")]


def diff(
    first: Path,
    second: Path,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    quiet: Flag = False,
    json: Flag = False,
) -> int:
    """Compare settings, axes and numbers of two finished stores.

    Exits with 0 if they are the same, 1 if they differ, 2 if they cannot be compared. Models are
    matched by axis values and seed; without a tolerance numbers are compared bit by bit.

    Parameters
    ----------
    first
        NAME.h5.
    second
        Another.
    rtol
        Relative tolerance: numbers may differ by atol + rtol times the second one.
    atol
        Absolute tolerance.
    quiet
        Only the exit code.
    json
        One JSON document on stdout.
    """
    from phasesim.compare import compare

    try:
        found = compare(first, second, rtol=rtol, atol=atol)
    except PhasesimError as error:
        # whatever keeps them from being compared is trouble, as for diff(1)
        raise UsageError(str(error)) from None
    if json:
        print_json({"equal": bool(found), **dataclasses.asdict(found)})
    elif not quiet:
        print_table(_lines(found, "bit by bit" if not (rtol or atol) else "within tolerance"))
    return EXIT_OK if found else EXIT_DIFFERENT


def _lines(found: Comparison, how: str) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [
        (f"config {path}", f"{_set(a)} | {_set(b)}") for path, (a, b) in found.config.items()
    ]
    rows += [
        (f"axis {path}", f"{a:,} values | {b:,} values, {both:,} in both")
        for path, (a, b, both) in found.axes.items()
        if not a == b == both
    ]
    if found.seeds[0] != found.seeds[1]:
        rows.append(("seeds", f"{found.seeds[0]:,} | {found.seeds[1]:,}"))
    for names, which in zip(found.only, ("first", "second"), strict=True):
        rows += [(f"array {name}", f"only in the {which}") for name in names]
    rows += [(f"array {d.name}", _told(d, found.models)) for d in found.arrays]
    if found.same:
        rows.append((f"same {how}", f"{', '.join(found.same)} of {found.models:,} models"))
    if not found.models:
        rows.append(("models", "none in both, no numbers compared"))
    rows += [(f"made with {name}", f"{_set(a)} | {_set(b)}")
             for name, (a, b) in found.versions.items()]  # fmt: skip
    return rows


def _told(difference: Difference, models: int) -> str:
    if difference.place is None:
        return " | ".join(difference.shapes)
    place = difference.place
    cell = ", ".join(f"{path}={_short(value)}" for path, value in place.cell.items())
    a, b = place.values
    return (
        f"{difference.models:,} of {models:,} models differ, most by {difference.largest:.3g}: "
        f"{a:.9g} | {b:.9g} at {', '.join(filter(None, [cell, f'seed {place.seed}']))}"
    )


def _set(value: Any) -> Any:
    return "not set" if value is None else value


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
