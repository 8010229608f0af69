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
    with Race(size) as race:
        # what pytest-benchmark times is one contender; the others run before it in each round
        benchmark.pedantic(
            race.runners["shared"].run, setup=lambda: race.others("shared"), rounds=ROUNDS
        )
        found = race.summary()
    command = [sys.executable, "-m", "benchmarks.roofline"]
    rates = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for draws in ("independent", "shared"):
        speed = found[draws]["model_steps_per_second"]
        found[draws]["roofline"] = roofline.reached(size, draws, speed, rates)
    benchmark.extra_info["model_steps_per_second"] = found["shared"]["model_steps_per_second"]
    shape = {"n": size.n, "m": size.m, "models": size.models, "targets": size.targets}
    machine.save(name, {"scale": SCALE, **shape, "rates": rates, "contenders": found})
