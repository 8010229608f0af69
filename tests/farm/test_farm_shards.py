"""Shards: which chunks they take, who merges, and that no bit depends on any of it."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import textwrap

import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim.cli.app import main
from phasesim.errors import StoreLocked, StoreMismatch, UsageError
from phasesim.farm import _join
from phasesim.farm._shard import Shard, from_text

TOML = """
name = "tiny"
n_features = 3
n_hidden = 2
batch_size = 32
n_steps = 20
[sweep]
n_seeds = 6
axes = [ { path = "distribution.density", values = [1.0, 0.5] } ]
"""


def slurm(task, first, last, step=1):
    """What SLURM sets in a task of --array=first-last:step."""
    count = len(range(first, last + 1, step))
    numbers = {"ID": task, "MIN": first, "MAX": last, "COUNT": count, "STEP": step}
    return {f"SLURM_ARRAY_TASK_{name}": str(number) for name, number in numbers.items()}


@pytest.mark.parametrize(
    ("text", "environment", "expected"),
    [
        ("0/1", {}, (0, 1)),
        ("3/4", {}, (3, 4)),
        ("3/4", slurm(0, 0, 7), (3, 4)),
        ("auto", slurm(0, 0, 7), (0, 8)),
        ("auto", slurm(8, 1, 8), (7, 8)),
        ("auto", slurm(11, 3, 11, 4), (2, 3)),
        ("auto/8", {"JOB_COMPLETION_INDEX": "5"}, (5, 8)),
        ("auto/8", slurm(7, 5, 7), (7, 8)),
    ],
)
def test_a_share_is_named_or_taken_from_the_scheduler(text, environment, expected):
    assert from_text(text, environment).pair == expected


@pytest.mark.parametrize(
    ("text", "environment", "words"),
    [
        ("4/4", {}, "found 4/4, expected i/N with i from 0 to N-1"),
        ("0/0", {}, "found 0/0"),
        ("-1/4", {}, "found '-1/4'"),
        ("1", {}, "found '1', expected i/N, auto, or auto/N"),
        ("1/2/3", {}, "found '1/2/3'"),
        ("²/4", {}, "found"),
        ("auto", {}, "SLURM_ARRAY_TASK_ID is not set, give i/N instead"),
        ("auto", {"JOB_COMPLETION_INDEX": "0"}, "give auto/N instead"),
        ("auto", {"SLURM_ARRAY_TASK_ID": "0"}, "SLURM_ARRAY_TASK_MIN is not set"),
        ("auto", {**slurm(0, 0, 3), "SLURM_ARRAY_TASK_ID": "x"}, "found 'x', expected a number"),
        ("auto", {**slurm(9, 2, 9), "SLURM_ARRAY_TASK_COUNT": "3"}, "array with gaps"),
        ("auto", {**slurm(0, 0, 3), "SLURM_ARRAY_TASK_STEP": "0"}, "STEP: found 0, expected at"),
        ("auto", {**slurm(0, 0, 3), "SLURM_ARRAY_TASK_STEP": "-1"}, "STEP: found -1, expected"),
        ("auto/4", {}, "JOB_COMPLETION_INDEX is set"),
        ("auto/4", {"JOB_COMPLETION_INDEX": "4"}, "found 4/4"),
    ],
)
def test_a_share_that_is_none_is_refused(text, environment, words):
    with pytest.raises(UsageError, match=words):
        from_text(text, environment)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_chunk_is_in_one_share(count):
    shares = [Shard(i, count) for i in range(count)]
    assert all(sum(s.takes(chunk) for s in shares) == 1 for chunk in range(40))


@pytest.fixture(autouse=True)
def a_block_a_chunk(monkeypatch):
    # six chunks, one a seed
    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)
    monkeypatch.setattr(_join, "MOMENT", 0.0)


@pytest.fixture
def sweep(tiny_sweep):
    axes = [ps.values("distribution.density", [1.0, 0.5])]
    return lambda **changes: tiny_sweep(**{"axes": axes, "n_seeds": 6, **changes})


@pytest.fixture(scope="module")
def whole(tiny_sweep, tmp_path_factory):
    """Bytes of the file that one process writes."""
    axes = [ps.values("distribution.density", [1.0, 0.5])]
    path = tmp_path_factory.mktemp("whole") / "x.h5"
    ps.run(tiny_sweep(axes=axes, n_seeds=6), path).close()
    return path.read_bytes()


def stored(path):
    return len(list((path.with_suffix(".run") / "chunks").glob("c*.h5")))


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_shares_in_any_order_make_the_same_file(sweep, whole, tmp_path, order):
    path = tmp_path / "x.h5"
    merged = [ps.run_shard(sweep(), path, f"{i}/3") for i in order]
    assert merged == [False, False, True]
    assert path.read_bytes() == whole and not path.with_suffix(".run").exists()
    assert ps.run_shard(sweep(), path, "1/3")  # nothing is left to do


def test_shares_of_different_cuts_and_a_plain_run_complete_each_other(sweep, whole, tmp_path):
    path = tmp_path / "x.h5"
    assert not ps.run_shard(sweep(), path, "1/2")
    assert stored(path) == 3
    assert not ps.run_shard(sweep(), path, "0/4")
    assert stored(path) == 5  # two more: 0 and 4
    with ps.run(sweep(), path) as result:
        assert (result.status == 1).all()
    assert path.read_bytes() == whole


def test_more_shares_than_chunks_find_nothing_to_do(sweep, whole, tmp_path):
    path = tmp_path / "x.h5"
    merged = [ps.run_shard(sweep(), path, Shard(i, 8)) for i in reversed(range(8))]
    assert merged == [False] * 7 + [True] and path.read_bytes() == whole


@pytest.mark.filterwarnings("ignore:.*does not have the hash in its name")
def test_a_damaged_chunk_is_done_again_by_its_own_share(sweep, whole, tmp_path):
    path = tmp_path / "x.h5"
    ps.run_shard(sweep(), path, "0/2")
    victim = sorted((path.with_suffix(".run") / "chunks").iterdir())[1]
    victim.write_bytes(b"x" + victim.read_bytes()[1:])
    # the other share neither reads it nor notices; the merge does, and names what to do
    with pytest.raises(UsageError, match=r"10 of 12 models are trained; run the sweep again"):
        ps.run_shard(sweep(), path, "1/2")
    assert ps.run_shard(sweep(), path, "0/2") and path.read_bytes() == whole


def test_shares_extend_a_finished_and_a_running_sweep(sweep, tmp_path):
    path, direct = tmp_path / "x.h5", tmp_path / "direct.h5"
    ps.run(sweep(n_seeds=2), path).close()
    larger = sweep(n_seeds=4)
    assert not ps.run_shard(larger, path, "1/2")
    assert stored(path) == 1  # of the two new seeds; the old file is carried over
    largest = sweep(n_seeds=7)
    assert [ps.run_shard(largest, path, f"{i}/2") for i in (1, 0)] == [False, True]
    ps.run(largest, direct).close()
    assert path.read_bytes() == direct.read_bytes()


def test_a_share_is_computed_once_at_a_time(sweep, tmp_path):
    path = tmp_path / "x.h5"
    ps.run_shard(sweep(), path, "0/3")
    run = ps.store.RunDirectory.open(path.with_suffix(".run"))
    with run.lock(shard=(1, 3)):
        with pytest.raises(StoreLocked, match=rf"process {os.getpid()} on host"):
            ps.run_shard(sweep(), path, "1/3")
        with pytest.raises(StoreLocked):
            ps.run(sweep(), path)
        # another share works beside it, and leaves the merge to whoever is last
        assert not ps.run_shard(sweep(), path, "2/3")
    assert ps.run_shard(sweep(), path, "1/3")


def test_a_share_waits_a_little_for_one_that_prepares_the_folder(sweep, tmp_path, monkeypatch):
    path = tmp_path / "x.h5"
    ps.run_shard(sweep(), path, "0/2")
    held = ps.store.RunDirectory.open(path.with_suffix(".run")).lock()
    monkeypatch.setattr(_join.time, "sleep", lambda seconds: held.release())
    assert ps.run_shard(sweep(), path, "1/2")


def test_a_share_gives_up_where_the_whole_sweep_is_being_run(sweep, tmp_path, monkeypatch):
    path = tmp_path / "x.h5"
    ps.run_shard(sweep(), path, "0/2")
    monkeypatch.setattr(_join, "PATIENCE", 0.0)
    with ps.store.RunDirectory.open(path.with_suffix(".run")).lock():
        with pytest.raises(StoreLocked, match="is writing to it"):
            ps.run_shard(sweep(), path, "1/2")


def test_a_share_of_another_experiment_is_refused(sweep, tmp_path):
    path = tmp_path / "x.h5"
    ps.run_shard(sweep(), path, "0/2")
    with pytest.raises(StoreMismatch, match="n_steps"):
        ps.run_shard(sweep(n_steps=21), path, "1/2")
    ps.run_shard(sweep(), path, "1/2")
    with pytest.raises(StoreMismatch, match="n_steps"):
        ps.run_shard(sweep(n_steps=21), path, "1/2")
    with pytest.raises(UsageError, match="--fresh"):
        ps.run_shard(sweep(), path, "1/2", ps.Options(fresh=True))


def test_the_command_line_tells_what_is_left(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(TOML)
    assert main(["run", "tiny.toml", "--no-cache", "--shard", "1/2"]) == 0
    assert "tiny.h5: shard 1/2 is stored; the last one to finish merges" in capsys.readouterr().err
    assert main(["status", "tiny.h5", "--json"]) == 0
    assert '"state": "stopped"' in capsys.readouterr().out
    with ps.store.RunDirectory.open(tmp_path / "tiny.run").lock(shard=(1, 2)):
        assert main(["status", "tiny.run", "--json"]) == 0
        assert '"state": "running"' in capsys.readouterr().out
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "0")
    assert main(["run", "tiny.toml", "--no-cache", "--shard", "auto/2"]) == 0
    assert "tiny.h5: complete" in capsys.readouterr().err
    assert main(["run", "tiny.toml", "--shard", "0/2", "--refine", "1"]) == 2
    assert "--refine" in capsys.readouterr().err


KILLED = """
import os, sys, threading, time
import phasesim as ps
from phasesim.progress import Silent

class Die(Silent):
    def models(self, n, failed):
        os.kill(os.getpid(), 9)

sweep = ps.load_sweep(sys.argv[1])
ps.run_shard(sweep, sys.argv[2], "0/2", ps.Options(progress=Die(), threads=1))
"""


@pytest.mark.slow
def test_a_killed_share_is_started_again(tmp_path, whole):
    (tmp_path / "tiny.toml").write_text(TOML)
    path = tmp_path / "x.h5"
    words = [sys.executable, "-c", textwrap.dedent(KILLED), tmp_path / "tiny.toml", path]
    assert subprocess.run(words).returncode == -signal.SIGKILL
    loaded = ps.load_sweep(tmp_path / "tiny.toml")
    assert [ps.run_shard(loaded, path, f"{i}/2") for i in range(2)] == [False, True]
    direct = tmp_path / "direct.h5"
    ps.run(loaded, direct).close()
    assert path.read_bytes() == direct.read_bytes()
