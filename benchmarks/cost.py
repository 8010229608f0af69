"""What large sweeps would cost, from the rates measured here: ``python -m benchmarks.cost``.

Writes the tables of docs/how-to/beyond_one_machine.md. They are projections: no sweep of that
size has been run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import RESULTS, ROOT
from benchmarks.sizes import BATCH, SIZES, Size

PAGE = ROOT / "docs" / "how-to" / "beyond_one_machine.md"
BEGIN, END = "<!-- tables: python -m benchmarks.cost -->", "<!-- end of tables -->"
#: of each model, as long as the paper's notebook trains
STEPS = 10_000
MODELS = (10**6, 10**9)
#: cores that a table shows the time for, as if work divided without loss
CORES = (8, 128, 2048)
#: what one store may hold; larger sweeps are several
MOST_MODELS = 10**8
DRAWS = "independent"


@dataclass(frozen=True)
class Cost:
    """A sweep of so many models of one size.

    hours = models x steps / (model-steps per second x 3600)

    Attributes:
        size: features and hidden units.
        models: how many.
        device_hours: of the machine (``cores`` of them) that the rate was measured on.
        cores: its cores, or 1 for an accelerator.
        bytes: of the merged store, before compression.
    """

    size: Size
    models: int
    device_hours: float
    cores: int
    bytes: int

    @property
    def core_hours(self) -> float:
        """Hours of one of the cores."""
        return self.device_hours * self.cores

    def minutes(self, cores: int) -> float:
        """Wall time on so many cores of the same kind."""
        return 60 * self.core_hours / cores


def cost(size: Size, models: int, measured: dict[str, Any], row_bytes: int) -> Cost:
    """The cost of a sweep, from a stored race of its size.

    >>> from benchmarks.sizes import SIZES
    >>> race = {"cores": 2, "contenders": {"independent": {"model_steps_per_second": 1e6}}}
    >>> found = cost(SIZES[0], 360_000, race, 1000)
    >>> found.device_hours, found.core_hours, found.minutes(60), found.bytes
    (1.0, 2.0, 2.0, 360000000)
    """
    rate = measured["contenders"][DRAWS]["model_steps_per_second"]
    hours = models * STEPS / rate / 3600
    return Cost(size, models, hours, measured["cores"], models * row_bytes)


def row_bytes(size: Size) -> int:
    """Bytes that a store takes for one model with the default recordings."""
    import phasesim as ps
    from phasesim.execute import Executor
    from phasesim.output import layout_of
    from phasesim.plan import Plan

    sweep = ps.Sweep(ps.Experiment(n_features=size.n, n_hidden=size.m, batch_size=BATCH))
    plan = Plan(sweep)
    return layout_of(sweep, *Executor(plan).layout, plan.cell_hash).row_bytes


def merge_minutes(size: Size, models: int, stored: dict[str, Any]) -> float | None:
    """Wall time of the merge, by one process, where it was measured for this size."""
    same = [c for c in stored["cases"] if (c["n"], c["m"]) == (size.n, size.m)]
    # of the most models, where what a merge costs at least counts least
    case = max(same, key=lambda c: c["models"], default=None)
    return case and models / case["models"] * case["merge_seconds"] / 60


def tables() -> str:
    """The tables of the page, in Markdown."""
    races = [(size, _load(f"cpu-{size}")) for size in SIZES]
    (about,) = {(r["device"], r["cores"]) for _, r in races if r}
    stored = _load("commit")
    heads = ["n, m", "models", "core-hours", *(f"on {k:,} cores" for k in CORES)]
    heads += ["store", "stores", "merging them in turn"]
    lines = []
    for size, race in races:
        for models in MODELS if race else ():
            c = cost(size, models, race, row_bytes(size))
            merge = merge_minutes(size, models, stored)
            lines.append(
                [
                    f"{size.n}, {size.m}",
                    f"{models:,}",
                    _three(c.core_hours),
                    *(_duration(c.minutes(k)) for k in CORES),
                    _bytes(c.bytes),
                    f"{-(-models // MOST_MODELS):,}",
                    _duration(merge) if merge else "not measured",
                ]
            )
    resume = stored["resume"]
    rate = resume["bytes"] / resume["seconds"]
    return (
        f"**Projection**, not a measurement: {STEPS:,} steps of {BATCH:,} samples a model, "
        f"{DRAWS} draws, at the rates measured on {about[0]}, {about[1]} cores "
        "([benchmarks](../../benchmarks/README.md)), as if work divided without loss.\n\n"
        f"{_table([heads, ['---'] * len(heads), *lines])}\n\n"
        f"Reading {resume['chunks']:,} chunks back and comparing them with their hashes, as every "
        f"resume does, went at {_bytes(rate)} a second on a local disk: "
        f"{_duration(1e12 / rate / 60)} a terabyte."
    )


def main() -> None:
    head, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n\n{tables()}\n\n{END}{rest.partition(END)[2]}")


def _three(number: float) -> str:
    """Three significant digits, with separators."""
    return f"{float(f'{number:.3g}'):,.10g}"


def _duration(minutes: float) -> str:
    for unit, size in (("years", 525_960), ("days", 1440), ("hours", 60), ("minutes", 1)):
        if minutes >= 2 * size:
            return f"{_three(minutes / size)} {unit}"
    return f"{_three(60 * minutes)} seconds"


def _bytes(count: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{_three(count / size)} {unit}"
    return f"{_three(count / 1e3)} kB"


def _table(rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _load(name: str) -> dict[str, Any] | None:
    path: Path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


if __name__ == "__main__":
    main()
