"""Executors by name; real models in spawned processes; clusters where their packages are."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import sys
import types
from collections import Counter

import jax
import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim.cli.app import main
from phasesim.errors import CellsLost, MissingExtra, Stopped, StoreMismatch, UsageError
from phasesim.execute import Executor
from phasesim.farm import _run
from phasesim.farm._base import from_text
from phasesim.farm._drive import Refused
from phasesim.progress import Silent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processes:3", {"workers": 3}),
        ("dask://node-7.cluster:8786", {"address": "node-7.cluster:8786"}),
        ("dask://[::1]:8786", {"address": "[::1]:8786"}),
        ("slurm", {"jobs": 10}),
        ("slurm:64", {"jobs": 64}),
    ],
)
def test_executors_by_name(text, expected):
    farm = from_text(text)
    assert type(farm).__name__ == text.partition(":")[0]
    assert {name: getattr(farm, name) for name in expected} == expected
    assert farm.at_once >= 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("processes", "found '', expected how many"),
        ("processes:0", "--executor processes:0: workers: found 0, expected an integer"),
        ("processes:many", "found 'many'"),
        ("processes:-1", "found '-1'"),
        ("slurm:x", "found 'x', expected how many jobs"),
        ("dask", "expected dask://host:port"),
        ("dask:host", "expected dask://host:port"),
        ("dask://host", "expected dask://host:port"),
        ("dask://user@host:1", "expected dask://host:port"),
        ("proceses:2", "--executor: no executor 'proceses', did you mean 'processes'?"),
        ("", "--executor: no executor ''"),
    ],
)
def test_what_is_no_executor_is_refused(text, words):
    with pytest.raises(UsageError, match=words):
        from_text(text)


@pytest.mark.parametrize("text", ["dask://localhost:1", "slurm"])
def test_a_cluster_without_its_packages_names_the_extra(text, monkeypatch):
    for package in ("distributed", "dask_jobqueue", "dask"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"pip install 'phasesim\[cluster\]'"):
        with from_text(text).pool():
            pass


@pytest.fixture(autouse=True)
def a_block_a_chunk(monkeypatch):
    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Settings by which worker processes compile a program once, not once each."""
    folder = str(tmp_path_factory.mktemp("compiled"))
    return {
        "JAX_COMPILATION_CACHE_DIR": folder, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }  # fmt: skip


@pytest.fixture(autouse=True)
def compile_once(compiled, monkeypatch):
    for name, value in compiled.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def sweep(tiny_sweep):
    axes = [ps.values("distribution.density", [1.0, 0.5])]
    return lambda **changes: tiny_sweep(**{"axes": axes, "n_seeds": 8, **changes})


@pytest.fixture(scope="module")
def whole(tiny_sweep, tmp_path_factory):
    """Bytes of the file that one process writes."""
    path = tmp_path_factory.mktemp("whole") / "x.h5"
    axes = [ps.values("distribution.density", [1.0, 0.5])]
    ps.run(tiny_sweep(axes=axes, n_seeds=8), path).close()
    return path.read_bytes()


class Killer(Silent):
    """Kills workers of this process once so many models are done."""

    def __init__(self, after, kills=1, seed=0):
        self.left, self.kills, self.draw = after, kills, random.Random(seed)
        self.killed = []

    def models(self, n, failed):
        self.left -= n
        if self.left <= 0 and len(self.killed) < self.kills:
            alive = [p for p in multiprocessing.active_children() if p.pid not in self.killed]
            self.killed.append(self.draw.choice(alive).pid)
            os.kill(self.killed[-1], 9)


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_models_of_worker_processes_are_the_same_bits(sweep, whole, tmp_path, workers):
    path, killer = tmp_path / "x.h5", Killer(after=6, kills=workers - 1)
    options = ps.Options(progress=killer)
    with ps.run_farmed(sweep(), path, f"processes:{workers}", options) as result:
        assert (result.status == 1).all()
    assert path.read_bytes() == whole and len(killer.killed) == workers - 1
    assert not path.with_suffix(".run").exists()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_four_processes_of_which_some_are_killed(sweep, whole, tmp_path, seed):
    path, draw = tmp_path / "x.h5", random.Random(seed)
    killer = Killer(after=draw.randrange(1, 12), kills=1 + seed % 3, seed=seed)
    ps.run_farmed(sweep(), path, "processes:4", ps.Options(progress=killer)).close()
    assert path.read_bytes() == whole and len(killer.killed) == 1 + seed % 3


@pytest.mark.slow
def test_four_processes_undisturbed(sweep, whole, tmp_path):
    ps.run_farmed(sweep(), tmp_path / "x.h5", "processes:4").close()
    assert (tmp_path / "x.h5").read_bytes() == whole


class InLine(types.SimpleNamespace):
    """An executor part whose tasks are carried out in this process, through ``around``."""

    platforms, at_once, threads = (), 2, 1

    @contextlib.contextmanager
    def pool(self):
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as threads:
            if self.around:
                submit = threads.submit
                threads.submit = lambda task, index: submit(self.around, task, index)
            yield threads


def test_a_share_can_be_handed_out(sweep, whole, tmp_path):
    path, farm = tmp_path / "x.h5", InLine(around=None)
    assert [ps.run_shard(sweep(), path, f"{i}/2", executor=farm) for i in (1, 0)] == [False, True]
    assert path.read_bytes() == whole
    events = [e["event"] for e in ps.store.RunDirectory.read_log(
        types.SimpleNamespace(log_file=path.with_suffix(".log.jsonl")))]  # fmt: skip
    assert events.count("chunk") == 8 and events[-1] == "merged"


def test_a_chunk_whose_workers_always_die_is_named_and_the_rest_is_kept(sweep, whole, tmp_path):
    path = tmp_path / "x.h5"

    def around(task, index):
        if index == 3:
            raise OSError("worker gone")
        return task(index)

    with pytest.raises(CellsLost, match=r"2 models were lost.*density=1, seed 3.*worker gone"):
        ps.run_farmed(sweep(), path, InLine(around=around))
    assert len(list((tmp_path / "x.run" / "chunks").glob("c*.h5"))) == 7
    ps.run(sweep(), path).close()
    assert path.read_bytes() == whole


@pytest.mark.filterwarnings("ignore:.*does not have the hash in its name")
def test_a_receipt_is_not_believed_without_its_chunk(sweep, whole, tmp_path):
    path, lied = tmp_path / "x.h5", []

    def around(task, index):
        made = task(index)
        if len(lied) < 3:
            lied.append(index)
            (chunk,) = (tmp_path / "x.run" / "chunks").glob(f"c{index:06d}-*.h5")
            chunk.write_bytes(b"rot")
        return made

    ps.run_farmed(sweep(), path, InLine(around=around)).close()
    assert len(lied) == 3 and path.read_bytes() == whole


def test_a_block_that_the_machine_always_fails_is_tried_three_more_times_in_all(
    sweep, whole, tmp_path, monkeypatch
):
    path, attempts, true_run = tmp_path / "x.h5", [], Executor.run

    def run(self, block, device=None):
        attempts.append(block.replica)
        if block.replica == 3:
            raise jax.errors.JaxRuntimeError("INTERNAL: device lost")
        return true_run(self, block, device)

    with monkeypatch.context() as patch:
        patch.setattr(Executor, "run", run)
        with pytest.raises(CellsLost, match=r"failed 4 times: .*seed 3.*INTERNAL: device lost"):
            ps.run_farmed(sweep(), path, InLine(around=None))
    assert attempts.count(3) == 4 and len(attempts) == 7 + 4
    ps.run(sweep(), path).close()
    assert path.read_bytes() == whole


@pytest.mark.filterwarnings("ignore:.*does not have the hash in its name")
def test_attempts_that_fail_in_different_ways_are_counted_together(sweep, tmp_path):
    attempts = Counter()

    def around(task, index):
        attempts[index] += 1
        if index == 3 and attempts[3] % 2:
            raise OSError("worker gone")
        made = task(index)
        if index == 3:
            (chunk,) = (tmp_path / "x.run" / "chunks").glob("c000003-*.h5")
            chunk.write_bytes(b"rot")
        return made

    with pytest.raises(CellsLost, match=r"2 models .*seed 3"):
        ps.run_farmed(sweep(), tmp_path / "x.h5", InLine(around=around))
    assert attempts[3] == 4 and sum(attempts.values()) == 7 + 4


def test_a_worker_of_other_versions_or_code_is_refused(sweep, tmp_path, monkeypatch):
    from phasesim import work

    path, own = tmp_path / "x.h5", work.versions()
    monkeypatch.setattr(work, "versions", lambda: {**own, "jax": "0.0.1"})
    with pytest.raises(Refused, match=r"a worker has jax 0\.0\.1 instead of") as caught:
        ps.run_farmed(sweep(), path, InLine(around=None))
    assert caught.value.exit_code == 2
    monkeypatch.undo()
    run = ps.store.RunDirectory.open(tmp_path / "x.run")
    with pytest.raises(StoreMismatch, match="was trained on cpu, found gpu here"):
        work.check_same_code(run, sweep(), "gpu")


def test_a_stop_ends_the_workers_and_the_same_call_goes_on(sweep, whole, tmp_path):
    path, options = tmp_path / "x.h5", ps.Options()

    class Stop(Silent):
        def models(self, n, failed):
            options.stop.set()

    options.progress = Stop()
    with pytest.raises(Stopped):
        ps.run_farmed(sweep(), path, InLine(around=None), options)
    ps.run_farmed(sweep(), path, InLine(around=None)).close()
    assert path.read_bytes() == whole


def test_only_sweeps_of_experiments_are_handed_out(tmp_path):
    from phasesim.function import make_sweep

    made = make_sweep(lambda key: key, [], n_seeds=1, seed=0, fixed=None, name="f")
    with pytest.raises(UsageError, match="only a sweep of a TOML file"):
        ps.run_farmed(made, tmp_path / "x.h5", "processes:1")


def test_gpus_are_left_to_one_process(sweep, tmp_path, monkeypatch):
    monkeypatch.setattr(_run, "platform", lambda: "gpu")
    with pytest.raises(UsageError, match="found platform gpu, expected cpu; one process uses all"):
        ps.run_farmed(sweep(), tmp_path / "x.h5", "processes:2")


def test_the_command_line_knows_executors(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.toml").write_text("n_features = 2\nn_hidden = 1\n")
    assert main(["run", "x.toml", "--executor", "processes:none"]) == 2
    assert capsys.readouterr().err.startswith("error: --executor processes:none: found 'none'")
    # a variable of a script that is not set is a mistake, not a sweep in one piece
    for option, words in (("--executor", "no executor ''"), ("--shard", "found '', expected i/N")):
        assert main(["run", "x.toml", option, ""]) == 2
        err = capsys.readouterr().err
        assert words in err and err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["x.toml"]
    assert main(["list", "executor"]) == 0
    assert "slurm" in capsys.readouterr().out
