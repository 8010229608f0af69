"""A master that is killed: its workers end at once, and the same command goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import farm_stand_in as stand_in
import pytest

from phasesim.errors import StoreLocked

ENV = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path]))}

#: two workers, one of which keeps its chunk, and so the lock, for a minute
MASTER = """
import functools, sys
from pathlib import Path
import farm_stand_in as stand_in
from phasesim import store
from phasesim.farm._drive import drive
from phasesim.farm._pool import ProcessPool

if __name__ == "__main__":
    run = stand_in.open_run(Path(sys.argv[1]))
    with run.lock(shard=(0, 1)):
        drive(ProcessPool(2), functools.partial(stand_in.lingering, str(run.path)),
              range(stand_in.N_CHUNKS), receive=lambda receipt: print("stored", flush=True),
              stored=lambda index: False)
"""


def taken(run):
    """The exclusive lock of a directory; whoever was killed may need a moment to be gone."""
    for _ in range(200):
        try:
            return run.lock()
        except StoreLocked:
            time.sleep(0.01)
    return run.lock()


def test_workers_end_with_the_one_that_gives_them_tasks(tmp_path):
    (tmp_path / "master.py").write_text(MASTER)
    command = [sys.executable, str(tmp_path / "master.py"), str(tmp_path)]
    # what the workers inherit is open until they are gone
    master = subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE, text=True)
    assert master.stdout.readline() == "stored\n"
    held = tmp_path / "lingers"
    while not held.exists():
        time.sleep(0.01)
    master.kill()
    master.wait()
    run = stand_in.open_run(tmp_path)
    with taken(run):
        done = run.completed()
        assert 7 not in done and done
        for index in set(range(stand_in.N_CHUNKS)) - set(done):
            run.commit(index, stand_in.rows(index))
        bytes_after = stand_in.merged(run)
    master.stdout.close()
    calm = stand_in.open_run(tmp_path / "calm")
    with calm.lock():
        for index in range(stand_in.N_CHUNKS):
            calm.commit(index, stand_in.rows(index))
        assert stand_in.merged(calm) == bytes_after


TOML = """
n_features = 40
n_hidden = 10
batch_size = 512
n_steps = 3000
[sweep]
n_seeds = 8
"""


@pytest.mark.slow
@pytest.mark.parametrize("again", [["--executor", "processes:2"], []])
def test_the_same_command_goes_on_right_after_its_master_was_killed(tmp_path, again):
    def phasesim(*words):
        command = [sys.executable, "-m", "phasesim", "run", "x.toml", "--quiet", *words]
        return subprocess.Popen(command, cwd=tmp_path, env=ENV, stderr=subprocess.PIPE, text=True)

    (tmp_path / "x.toml").write_text(TOML)
    master = phasesim("-o", "x.h5", "--executor", "processes:2")
    while not list(tmp_path.glob("x.run/chunks/c*.h5")):
        assert master.poll() is None
        time.sleep(0.01)
    master.kill()
    master.wait()
    master.stderr.close()
    for words in (("-o", "x.h5", *again), ("-o", "calm.h5")):
        process = phasesim(*words)
        _, err = process.communicate()
        assert (process.returncode, err) == (0, "")
    assert (tmp_path / "x.h5").read_bytes() == (tmp_path / "calm.h5").read_bytes()
