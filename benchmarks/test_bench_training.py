"""The race: every contender trains the same models, in turn, at five sizes.

A size already measured with this code is skipped, so that an interrupted run can be repeated.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks import machine, roofline
from benchmarks.race import Race
from benchmarks.sizes import ROUNDS, SCALE, SIZES, Size


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_training(benchmark, size: Size) -> None:
    name = f"cpu-{size}"
    before = machine.load(name)
    if before and (before["source"], before["scale"]) == (machine.source(), SCALE):
        pytest.skip(f"measured already: benchmarks/results/{name}.json")
    rates = [_rates()]
    with Race(size) as race:
        # what pytest-benchmark times is one contender; the others run before it in each round
        benchmark.pedantic(
            race.runners["shared"].run, setup=lambda: race.others("shared"), rounds=ROUNDS
        )
        found = race.summary()
    rates.append(_rates())
    # a bound is what the machine gives at best, so the better of before and after
    best = {name: max(r[name] for r in rates) for name in rates[0]}
    for draws in ("independent", "shared"):
        speed = found[draws]["model_steps_per_second"]
        found[draws]["roofline"] = roofline.reached(size, draws, speed, best)
    benchmark.extra_info["model_steps_per_second"] = found["shared"]["model_steps_per_second"]
    shape = {"n": size.n, "m": size.m, "models": size.models, "targets": size.targets}
    machine.save(name, {"scale": SCALE, **shape, "rates": best, "contenders": found})


def _rates() -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.roofline"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
