"""Signals: a running command stops so that the same command goes on, or leaves at once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

import pytest

from phasesim.cli.common import stop_on_signals

#: a run whose training waits until it is told to stop, and then takes its time
CHILD = """
import sys, time
from phasesim import execute
from phasesim.cli.app import main

def run(self, block, device=None):
    print("training", flush=True)
    while not self.stop.is_set():
        time.sleep(0.01)
    time.sleep({linger})
    raise execute.Stopped("stopped; run the same command to go on")

execute.Executor.run = run
execute.Executor.seconds_per_block = lambda self, cohort: 1.0
sys.exit(main(["run", "x.toml", "--quiet", "--no-cache"]))
"""
SWEEP = "n_features = 2\nn_hidden = 1\nn_steps = 10\n"


def start(tmp_path, linger):
    (tmp_path / "x.toml").write_text(SWEEP)
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(linger=linger)], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path]))},
    )  # fmt: skip
    assert process.stdout.readline() == "training\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGUSR1])
def test_a_signal_ends_the_run_with_75_and_one_line(tmp_path, number):
    process = start(tmp_path, 0)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 75, err
    assert err == "error: stopped; run the same command to go on\n"
    assert (tmp_path / "x.run" / "manifest.json").exists() and not (tmp_path / "x.h5").exists()
    assert not list(tmp_path.rglob(".tmp-*"))


def test_a_second_interrupt_leaves_at_once_with_130(tmp_path):
    process = start(tmp_path, 600)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)  # asks again, kindly
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)
    # on a busy machine the first may not have been seen yet, and two that wait are one
    for _ in range(60):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=0.5)
            break
    assert process.returncode == 130


def test_handlers_only_set_a_flag_and_are_put_back():
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)}
    for number in before:
        stop = threading.Event()
        with stop_on_signals(stop):
            assert not stop.is_set()
            os.kill(os.getpid(), number)
            assert stop.wait(5)
    assert {n: signal.getsignal(n) for n in before} == before


def test_an_interrupt_after_a_kind_stop_still_waits_for_the_block(monkeypatch):
    left = []
    monkeypatch.setattr(os, "_exit", left.append)
    stop = threading.Event()
    with stop_on_signals(stop):
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
        assert left == []
        os.kill(os.getpid(), signal.SIGINT)
        assert left == [130]
