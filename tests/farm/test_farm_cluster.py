"""Dask and SLURM: against the packages where they are installed, else what can be said without."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import random
import sys
import threading
import time
import types
from concurrent.futures import ThreadPoolExecutor

import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim.errors import UsageError
from phasesim.farm._base import from_text

NO_DASK = "distributed is not installed: pip install 'phasesim[cluster]'"
needs_dask = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason=NO_DASK)


@pytest.fixture(autouse=True)
def a_block_a_chunk(monkeypatch):
    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)


@contextlib.contextmanager
def killing(pids, kills, seed, within):
    """Kills some of the given processes at random times, as long as the block lasts.

    Args:
        pids: of which each is killed once at most.
        kills: how many.
        seed: of the victims and the times.
        within: the seconds in which all times lie.

    Yields:
        Those killed so far.
    """
    draw, over, killed = random.Random(seed), threading.Event(), []
    victims = draw.sample(pids, kills)
    times = sorted(draw.uniform(0, within) for _ in victims)

    def kill():
        begun = time.monotonic()
        for victim, moment in zip(victims, times, strict=True):
            if over.wait(max(0.0, begun + moment - time.monotonic())):
                return
            os.kill(victim, 9)
            killed.append(victim)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def local_cluster(workers):
    """Address of a Dask cluster on this machine, and the process numbers of its workers."""
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address=None, silence_logs=50,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        yield cluster.scheduler_address.removeprefix("tcp://"), list(client.run(os.getpid).values())


@pytest.fixture(scope="module")
def sweep(tiny_sweep):
    # chunks that take as long together as the workers take to start
    return tiny_sweep(n_seeds=24, n_steps=20_000)


@pytest.fixture(scope="module")
def whole(sweep, tmp_path_factory):
    """Bytes of the file that one process writes."""
    path = tmp_path_factory.mktemp("whole") / "x.h5"
    ps.run(sweep, path).close()
    return path.read_bytes()


@pytest.fixture(scope="module")
def undisturbed(sweep, tmp_path_factory):
    """Bytes of the file of a cluster of which nobody is killed, and the seconds that it takes."""
    path = tmp_path_factory.mktemp("undisturbed") / "x.h5"
    with local_cluster(4) as (address, _):
        begun = time.monotonic()
        ps.run_farmed(sweep, path, f"dask://{address}").close()
        return path.read_bytes(), time.monotonic() - begun


@needs_dask
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(20))
def test_a_dask_cluster_of_which_some_workers_are_killed(sweep, whole, undisturbed, tmp_path, seed):
    bytes_undisturbed, seconds = undisturbed
    kills = 1 + seed % 3
    with local_cluster(4) as (address, pids), killing(pids, kills, seed, 0.8 * seconds) as killed:
        ps.run_farmed(sweep, tmp_path / "x.h5", f"dask://{address}").close()
        in_time = len(killed)
    # a kill that was late did not happen; whoever dies makes the rest take longer, so few are
    assert 2 * in_time > kills
    assert (tmp_path / "x.h5").read_bytes() == whole == bytes_undisturbed


@needs_dask
@pytest.mark.filterwarnings("ignore")
def test_no_scheduler_is_an_error_in_one_line(monkeypatch):
    # at the module: phasesim.farm.dask is the part
    module = importlib.import_module("phasesim.farm.dask")
    monkeypatch.setattr(module, "PATIENCE", 1)
    with pytest.raises(UsageError, match=r"dask://127\.0\.0\.1:9: no scheduler answers there"):
        with from_text("dask://127.0.0.1:9").pool():
            pass


class Asked(types.SimpleNamespace):
    """Modules in place of Dask's that note what is asked of them."""

    def __init__(self, settings):
        super().__init__(jobs=None, arguments=None, cancelled=None)
        asked, self.settings = self, settings

        class Cluster(contextlib.AbstractContextManager):
            def __init__(self, **arguments):
                asked.arguments = arguments

            def adapt(self, **bounds):
                asked.jobs = bounds

            def __exit__(self, *error):
                return None

        class Client(contextlib.AbstractContextManager):
            def __init__(self, cluster, set_as_default):
                assert isinstance(cluster, Cluster) and not set_as_default

            def get_executor(self, pure):
                assert pure is False
                return ThreadPoolExecutor(1)

            def __exit__(self, *error):
                return None

        config = types.SimpleNamespace(
            get=lambda key, default: settings, set=lambda values: contextlib.nullcontext()
        )
        self.modules = {
            "dask": types.SimpleNamespace(config=config),
            "distributed": types.SimpleNamespace(Client=Client),
            "dask_jobqueue": types.SimpleNamespace(SLURMCluster=Cluster),
        }


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Installs the modules with a job's settings, and an sbatch."""

    def install(settings, sbatch=True):
        made = Asked(settings)
        for name, module in made.modules.items():
            monkeypatch.setitem(sys.modules, name, module)
        if sbatch:
            (tmp_path / "sbatch").touch(mode=0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return made

    return install


def test_slurm_jobs_have_one_worker_of_one_thread_and_all_cores(asked):
    made = asked({"cores": 16, "memory": "8GB", "job-cpu": None})
    with from_text("slurm:7").pool() as pool:
        assert pool.submit(divmod, 7, 2).result() == (3, 1)
    assert made.arguments == {"cores": 1, "processes": 1, "job_cpu": 16}
    assert made.jobs == {"minimum_jobs": 0, "maximum_jobs": 7}


@pytest.mark.parametrize(
    ("settings", "sbatch", "words"),
    [
        ({}, True, r"jobqueue\.slurm\.cores is not set"),
        ({"cores": 4}, True, r"jobqueue\.slurm\.memory is not set"),
        ({"cores": 4, "memory": "1GB"}, False, "no sbatch here"),
    ],
)
def test_what_slurm_lacks_is_named(asked, settings, sbatch, words):
    asked(settings, sbatch)
    with pytest.raises(UsageError, match=words):
        with from_text("slurm").pool():
            pass
