"""SIGKILL before every operation on the disk, and at random times: no committed chunk is lost."""

from __future__ import annotations

import itertools
import random
import shutil
import signal

import pytest
from torture_sweep import Tortured

N_CHUNKS = 20
#: sweeps with kills at random times: 1 to 20 each, more than 500 together
N_SWEEPS = 50


@pytest.fixture(scope="module")
def sweep(zygote, tmp_path_factory):
    return Tortured(zygote, tmp_path_factory.mktemp("kills"), N_CHUNKS)


def killed_before(sweep, at, resumed_at=None):
    """Kill before an operation, perhaps again while resuming, then finish."""
    folder = sweep.begin(f"at-{at}-{resumed_at}")
    committed = []
    for point in (at, resumed_at):
        if point is not None:
            ended = sweep.run(folder, fault={"operation": "any", "at": point})
            # a resume with little left to do may end before its kill
            assert ended.code == -signal.SIGKILL or (ended.code == 0 and point != at)
            assert ended.stderr == ""
            committed += ended.committed
            sweep.check_kept(folder, committed)
    again = sweep.finish(folder).committed
    assert not set(again) & set(committed), "a committed chunk was computed again"
    shutil.rmtree(folder)
    return f"killed before {ended.hit[0]}" if ended.hit else "done before the second kill"


def killed_at_random(sweep, number):
    """Up to 20 kills at random times of one sweep, then finish; kills that met it alive."""
    rng = random.Random(number)
    folder, committed, kills = sweep.begin(f"random-{number}"), [], 0
    wanted = rng.randint(1, 20)
    # the more kills, the earlier: what is committed stays, so each try has less left to do
    latest = sweep.seconds * (0.25 + 1.5 / wanted)
    for _ in range(wanted):
        ended = sweep.run(folder, kill_after=rng.uniform(0, latest))
        committed += ended.committed
        sweep.check_kept(folder, committed)
        if ended.code == 0:
            break
        assert ended.code == -signal.SIGKILL, ended.stderr
        kills += 1
    sweep.finish(folder)
    shutil.rmtree(folder)
    return kills


def test_kills_at_a_sample_of_operations(sweep):
    total = sweep.counts["any"]
    assert total > 10 * N_CHUNKS
    hit = {killed_before(sweep, at) for at in range(0, total, total // 12)}
    assert len(hit) >= 4
    killed_before(sweep, total // 2, 9)


def test_kills_at_a_few_random_times(sweep):
    assert sum(killed_at_random(sweep, number) for number in range(3)) > 3


@pytest.mark.slow
def test_kills_before_every_operation(sweep, ledger):
    total = sweep.counts["any"]
    tried = ledger.each(range(total), lambda at: killed_before(sweep, at))
    assert {"killed before link", "killed before fsync", "killed before write"} <= set(tried)


@pytest.mark.slow
def test_kills_of_a_resume_of_a_kill(sweep, ledger):
    points = range(0, sweep.counts["any"], 7)
    cases = list(zip(points, itertools.cycle([0, 3, 8, 15, 21]), strict=False))
    assert ledger.each(cases, lambda case: killed_before(sweep, *case))


@pytest.mark.slow
def test_kills_at_500_random_times(sweep, ledger):
    tried = ledger.each(range(N_SWEEPS), lambda n: f"a sweep of {killed_at_random(sweep, n)} kills")
    kills = sum(int(word.split()[3]) * n for word, n in tried.items())
    assert kills >= 500 * sum(tried.values()) / N_SWEEPS
