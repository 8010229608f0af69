"""One size measured from start to end: rates of the machine, the race, the file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import machine, roofline
from benchmarks.race import Race
from benchmarks.sizes import SCALE, Size


def measured_already(name: str) -> bool:
    """Whether a result was made with this very code, so that it need not be made again."""
    before = machine.load(name)
    return bool(before) and (before["source"], before["scale"]) == (machine.source(), SCALE)


def measure(name: str, size: Size, rounds: Callable[[Race], object]) -> Path:
    """Race at one size and write ``results/NAME.json``.

    Args:
        name: of the result.
        size: which models.
        rounds: runs the rounds of the race it is given.
    """
    rates = [_rates()]
    with Race(size) as race:
        rounds(race)
        found = race.summary()
    rates.append(_rates())
    # a bound is what the machine gives at best, so the better of before and after
    best = {name: max(r[name] for r in rates) for name in rates[0]}
    for draws in ("independent", "shared"):
        speed = found[draws]["model_steps_per_second"]
        found[draws]["roofline"] = roofline.reached(size, draws, speed, best)
    shape = {"n": size.n, "m": size.m, "models": size.models, "targets": size.targets}
    return machine.save(name, {"scale": SCALE, **shape, "rates": best, "contenders": found})


def _rates() -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.roofline"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
