"""Asking whether somebody works in a directory: without a lock of one's own, nor a trace."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest
import store_sample as sample

from phasesim import store
from phasesim.store import osfs


@pytest.fixture
def run(tmp_path):
    return store.RunDirectory.create(tmp_path / "x.run", sample.MANIFEST)


def note(run, **facts):
    path = run.path / "holder-run-1-a.json"
    path.write_text(json.dumps({"host": socket.gethostname(), "pid": os.getpid(), **facts}))


@pytest.fixture(scope="module")
def dead():
    """The number of a process that is gone."""
    done = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    return int(done.stdout)


def test_a_directory_is_held_while_somebody_locks_it(run):
    assert not store.is_held(run.path)
    for how in ({}, {"shared": True}, {"shard": (1, 2)}):
        with run.lock(**how):
            before = sorted(p.name for p in run.path.iterdir())
            assert store.is_held(run.path)
            assert sorted(p.name for p in run.path.iterdir()) == before
        assert not store.is_held(run.path)
    with run.lock(shared=True), run.lock(shared=True):
        assert store.is_held(run.path)


def test_a_note_alone_holds_nothing_where_the_lock_can_be_tried(run):
    run.lock().release()
    note(run)
    assert not store.is_held(run.path)


@pytest.mark.parametrize("broken", ["open", "lock"])
def test_where_the_lock_cannot_be_tried_notes_of_the_living_count(run, monkeypatch, dead, broken):
    run.lock().release()
    true_open = os.open

    def refused(path, *_, **__):
        if broken == "lock" or os.fspath(path).endswith("/lock"):
            raise PermissionError(13, "Permission denied")
        return true_open(path, *_, **__)

    monkeypatch.setattr(*((os, "open") if broken == "open" else (osfs, "lock")), refused)
    assert not store.is_held(run.path)
    for facts, held in [
        ({}, True), ({"pid": dead}, False), ({"host": "elsewhere", "pid": dead}, True),
        ({"pid": 10**30}, False), ({"pid": "none"}, False),
    ]:  # fmt: skip
        note(run, **facts)
        assert store.is_held(run.path) is held
    (run.path / "holder-run-1-a.json").write_text("[" * 100_000)
    assert not store.is_held(run.path)
