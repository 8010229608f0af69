"""Locks: a second writer is refused at once, told whom to wait for, and harms nothing."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import store_sample as sample

from phasesim import store
from phasesim.errors import StoreLocked
from phasesim.store import locks, osfs

HOLD = """
import sys, time
from pathlib import Path
from phasesim.store import RunDirectory
run = RunDirectory.open(Path(sys.argv[1]))
with run.lock():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def run(tmp_path):
    return store.RunDirectory.create(tmp_path / "x.run", sample.MANIFEST)


def test_a_refusal_names_host_and_process_and_death_frees_the_lock(run, monkeypatch):
    # What HPC sites advise; the store's own locks must not depend on it.
    monkeypatch.setenv("HDF5_USE_FILE_LOCKING", "FALSE")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([os.getcwd(), *filter(None, sys.path)])}
    command = [sys.executable, "-c", HOLD, str(run.path)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        assert holder.stdout.readline() == "held\n"
        before = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
        began = time.monotonic()
        for refused in (run.lock, lambda: run.lock(shared=True), lambda: run.lock(shard=(0, 2))):
            with pytest.raises(StoreLocked) as caught:
                refused()
            assert f"process {holder.pid} on host {socket.gethostname()}" in str(caught.value)
            assert caught.value.exit_code == 2
        with pytest.raises(StoreLocked):
            store.set_aside(run.path.with_suffix(".h5"))
        assert time.monotonic() - began < 2
        after = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
        assert before == after
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        holder.stdout.close()
    with run.lock():
        notes = list(run.path.glob("holder-*.json"))
        assert len(notes) == 1 and str(os.getpid()) in notes[0].name
    assert not list(run.path.glob("holder-*.json"))


def test_shards_share_but_not_with_a_run_nor_with_their_double(run):
    with run.lock(shard=(0, 2)), run.lock(shard=(1, 2)), run.lock(shared=True):
        for refused in (run.lock, lambda: run.lock(shard=(1, 2))):
            with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
                refused()
    with run.lock() as held:
        assert held.exclusive
        held.release()
        run.lock(shard=(0, 2)).release()


def test_a_directory_retired_meanwhile_is_said_to_be(run):
    moved = run.path.with_name("moved")
    run.path.rename(moved)
    with pytest.raises(StoreLocked, match="finished or moved"):
        run.lock()


def test_the_lock_of_a_replaced_directory_is_not_mistaken_for_the_new_one(run, monkeypatch):
    true_lock = osfs.lock

    def retired_in_between(fd, *, shared):
        if run.path.exists():
            run.path.rename(run.path.with_name("old"))
        return true_lock(fd, shared=shared)

    monkeypatch.setattr(osfs, "lock", retired_in_between)
    with pytest.raises(StoreLocked, match="finished or moved"):
        locks.acquire(run.path)


def test_a_file_system_without_locks_warns_and_goes_on(run, monkeypatch):
    def no_locks(fd, *, shared):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(osfs, "lock", no_locks)
    with pytest.warns(UserWarning, match="cannot lock"), run.lock():
        pass


def test_a_dead_rival_s_note_is_not_believed(run):
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    note = f'{{"host": "{socket.gethostname()}", "pid": {gone.stdout}}}'
    Path(run.path, "holder-run-1-a.json").write_text(note)
    Path(run.path, "holder-run-1-b.json").write_text("{torn")
    assert locks._holder(run.path, "holder-*.json") == "another process"
