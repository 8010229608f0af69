"""The race: every contender trains the same models, in turn, at five sizes.

A size already measured with this code is skipped, so that an interrupted run can be repeated.
"""

from __future__ import annotations

import pytest

from benchmarks.measure import measure, measured_already
from benchmarks.race import Race
from benchmarks.sizes import ROUNDS, SIZES, Size


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_training(benchmark, size: Size) -> None:
    name = f"cpu-{size}"
    if measured_already(name):
        pytest.skip(f"measured already: benchmarks/results/{name}.json")

    def rounds(race: Race) -> None:
        # what pytest-benchmark times is one contender; the others run before it in each round
        timed = race.runners["shared"]
        benchmark.pedantic(timed.run, setup=lambda: race.others("shared"), rounds=ROUNDS)
        benchmark.extra_info.update(timed.summary())

    measure(name, size, rounds)
