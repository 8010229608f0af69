"""Dask and SLURM: against the packages where they are installed, else what can be said without."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import random
import sys
import types
from concurrent.futures import ThreadPoolExecutor

import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim.errors import UsageError
from phasesim.farm._base import from_text
from phasesim.progress import Silent

NO_DASK = "distributed is not installed: pip install 'phasesim[cluster]'"
needs_dask = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason=NO_DASK)


@pytest.fixture(autouse=True)
def a_block_a_chunk(monkeypatch):
    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)


class Kill(Silent):
    """Kills some of the given processes, one after each chunk from a random one on."""

    def __init__(self, pids, kills, seed):
        draw = random.Random(seed)
        self.victims, self.wait = draw.sample(pids, kills), draw.randrange(8)
        self.killed = []

    def models(self, n, failed):
        self.wait -= 1
        if self.victims and self.wait < 0:
            self.killed.append(self.victims.pop())
            os.kill(self.killed[-1], 9)


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
def whole(tiny_sweep, tmp_path_factory):
    """Bytes of the file that one process writes."""
    path = tmp_path_factory.mktemp("whole") / "x.h5"
    ps.run(tiny_sweep(n_seeds=12), path).close()
    return path.read_bytes()


@needs_dask
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(20))
def test_a_dask_cluster_of_which_some_workers_are_killed(tiny_sweep, whole, tmp_path, seed):
    kills = seed % 4
    with local_cluster(4) as (address, pids):
        options = ps.Options(progress=Kill(pids, kills, seed))
        ps.run_farmed(
            tiny_sweep(n_seeds=12), tmp_path / "x.h5", f"dask://{address}", options
        ).close()
    assert len(options.progress.killed) == kills
    assert (tmp_path / "x.h5").read_bytes() == whole


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
