"""Kills and refusals of the operating system: nothing stored is lost, nothing half-made stays."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import store_sample as sample

from phasesim import store
from phasesim.errors import StoreIOError, one_line
from phasesim.store import osfs
from phasesim.store.durable import TEMPORARY_PREFIX, replace_file, write_new

ERRORS = [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EACCES]
OPERATIONS = ["open_new", "write", "fsync", "close", "link", "rename", "fsync_directory", "mkdir"]


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> str:
    return sample.sweep(tmp_path_factory.mktemp("reference") / "x.h5")


def test_a_kill_before_any_operation_loses_nothing(tmp_path):
    script = Path(__file__).with_name("crash_child.py")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "4"],
        capture_output=True,
        text=True,
        env=env,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["total"] > 100
    assert (report["hashes"], report["leftovers"], report["survived"]) == (1, [], 0)


class Fault:
    """Makes one operation fail at its n-th call, once or for ever after."""

    def __init__(self, monkeypatch, operation: str, at: int, code: int, sticky: bool) -> None:
        self.calls, self.fired = 0, 0
        true_call = getattr(osfs, operation)

        def call(*args, **kwargs):
            self.calls += 1
            if self.calls - 1 == at or (sticky and self.calls > at):
                self.fired += 1
                if operation == "close":
                    true_call(*args)
                raise OSError(code, os.strerror(code))
            return true_call(*args, **kwargs)

        monkeypatch.setattr(osfs, operation, call)


def count_calls(tmp_path, monkeypatch, operation: str) -> int:
    with monkeypatch.context() as patch:
        fault = Fault(patch, operation, -1, errno.EIO, False)
        sample.sweep(tmp_path / "count" / "x.h5")
    return fault.calls


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_refusing_system_is_one_line_and_the_next_run_completes(
    operation, tmp_path, monkeypatch, reference
):
    (tmp_path / "count").mkdir()
    total = count_calls(tmp_path, monkeypatch, operation)
    points = sorted({*range(0, total, max(1, total // 5)), total - 1})
    for n, at in enumerate(points):
        code = ERRORS[(n + OPERATIONS.index(operation)) % len(ERRORS)]
        final = tmp_path / f"{operation}-{at}" / "x.h5"
        final.parent.mkdir()
        acknowledged = []
        with monkeypatch.context() as patch:
            fault = Fault(patch, operation, at, code, sticky=n % 2 == 0)
            with pytest.raises(StoreIOError) as caught:
                sample.sweep(final, acknowledged.append)
        assert fault.fired
        text = str(caught.value)
        assert one_line(text) == text and errno.errorcode[code] in text
        assert caught.value.exit_code == 74 and str(final.parent) in text
        run = store.run_path(final)
        if (run / "manifest.json").exists():
            done = store.RunDirectory.open(run).completed()
            assert set(acknowledged) <= set(done)
            assert not list(run.rglob(f"{TEMPORARY_PREFIX}*"))
        assert sample.sweep(final) == reference
        assert not list(final.parent.rglob(f"{TEMPORARY_PREFIX}*"))


def test_short_and_interrupted_writes_change_nothing(tmp_path, monkeypatch, reference):
    true_write, calls = osfs.write, 0

    def stutter(fd, data, offset=None):
        nonlocal calls
        calls += 1
        if calls % 5 == 0:
            raise InterruptedError(errno.EINTR, "interrupted")
        return true_write(fd, data[: max(1, len(data) // 3)], offset)

    monkeypatch.setattr(osfs, "write", stutter)
    assert sample.sweep(tmp_path / "x.h5") == reference


def test_a_write_that_stops_is_an_error_not_an_endless_loop(tmp_path, monkeypatch):
    monkeypatch.setattr(osfs, "write", lambda fd, data, offset=None: 0)
    with pytest.raises(StoreIOError, match="wrote nothing"):
        write_new(tmp_path / "x", b"abc")
    assert not list(tmp_path.iterdir())


def test_a_file_system_without_hard_links_works(tmp_path, monkeypatch, reference):
    def no_links(source, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(osfs, "link", no_links)
    assert sample.sweep(tmp_path / "x.h5") == reference
    assert not write_new(tmp_path / "x.h5", b"other")
    assert len(store.set_aside(tmp_path / "x.h5")) == 3
    assert not (tmp_path / "x.h5").exists()


@pytest.mark.parametrize(
    ("writer", "publish", "after"),
    [(write_new, "link", ["unlink", "fsync_directory"]),
     (replace_file, "rename", ["unlink", "fsync_directory"])],
)  # fmt: skip
def test_bytes_reach_the_disk_before_the_name_and_the_name_before_the_return(
    writer, publish, after, tmp_path, monkeypatch
):
    order = []
    for name in (*OPERATIONS, "unlink"):
        true_call = getattr(osfs, name)

        def traced(*args, _name=name, _call=true_call, **kwargs):
            order.append(_name)
            return _call(*args, **kwargs)

        monkeypatch.setattr(osfs, name, traced)
    writer(tmp_path / "x", b"abc")
    assert order == ["open_new", "write", "fsync", "close", publish, *after]


def test_the_first_writer_wins_and_replacing_is_explicit(tmp_path):
    path = tmp_path / "f"
    assert write_new(path, b"one")
    assert not write_new(path, b"two")
    assert path.read_bytes() == b"one"
    replace_file(path, b"three")
    assert path.read_bytes() == b"three"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


@pytest.mark.parametrize("sticky", [True, False])
def test_a_full_disk_during_the_merge_ends_the_process_normally(tmp_path, sticky):
    """libhdf5 would die of a signal at exit, so this needs a process of its own."""
    code = f"""
import errno, store_sample as s
from pathlib import Path
from phasesim import store
from phasesim.errors import StoreIOError
from phasesim.store import osfs
parts = [store.ArrayPart("all", s.rows())]
true, bad = osfs.write, 0
for at in range(0, 60, 4):
    calls = 0
    def write(fd, data, offset=None):
        global calls
        calls += 1
        if calls - 1 == at or ({sticky} and calls > at):
            raise OSError(errno.ENOSPC, "No space left on device")
        return true(fd, data, offset)
    osfs.write = write
    try:
        store.write_final(Path("x.h5"), s.layout(), parts, replace=True)
    except StoreIOError:
        bad += 1
    finally:
        osfs.write = true
print(bad, sorted(p.name for p in Path().iterdir() if p.name.startswith(".")))
"""
    path = os.pathsep.join([str(Path(__file__).parent), os.getcwd(), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    failed, _, leftovers = done.stdout.partition(" ")
    assert int(failed) > 5 and leftovers.strip() == "[]"
