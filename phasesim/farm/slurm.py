"""Jobs of a SLURM cluster, started and replaced as there is work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from phasesim.errors import UsageError
from phasesim.farm._base import Farm, needs, whole
from phasesim.farm.dask import executor_of
from phasesim.fields import static
from phasesim.parts import construct, part

#: what Dask should bear with: preempted jobs, and compiling, which can hold a worker for minutes
PATIENT = {
    "distributed.scheduler.allowed-failures": 10,
    "distributed.scheduler.worker-ttl": "1 hour",
}


@part("Yoo, Jette & Grondona 2003, SLURM: Simple Linux Utility for Resource Management")
class slurm(Farm):
    """``slurm`` or ``slurm:K``: up to K SLURM jobs, each a worker that carries out one task.

    What a job is (queue, account, cores, memory, walltime) stands in dask-jobqueue's own file,
    ``~/.config/dask/jobqueue.yaml``. Jobs that end or are cancelled are replaced.
    """

    jobs: int = static(10, "jobs at once, at most", low=1, high=100_000)

    @classmethod
    def from_text(cls, argument: str) -> slurm:
        if not argument:
            return cls()
        return construct(cls, {"jobs": whole("slurm", argument, "how many jobs, as in slurm:20")})

    @property
    def at_once(self) -> int:
        return self.jobs

    @contextmanager
    def pool(self) -> Iterator[Executor]:
        jobqueue, distributed, config = (
            needs("dask_jobqueue"),
            needs("distributed"),
            needs("dask").config,
        )
        if shutil.which("sbatch") is None:
            raise UsageError("--executor slurm: no sbatch here, run it where jobs are submitted")
        with (
            config.set(PATIENT),
            _cluster(jobqueue, config) as cluster,
            distributed.Client(cluster, set_as_default=False) as client,
        ):
            # unlike scale(), adapt() replaces jobs that were cancelled
            cluster.adapt(minimum_jobs=0, maximum_jobs=self.jobs)
            yield from executor_of(client)


def _cluster(jobqueue: Any, config: Any) -> Any:
    settings = config.get("jobqueue.slurm", {})
    # one thread a worker, since a task uses all of its job's cores by itself
    cores = settings.get("job-cpu") or settings.get("cores")
    missing = [n for n, v in (("cores", cores), ("memory", settings.get("memory"))) if not v]
    if missing:
        raise UsageError(
            f"--executor slurm: jobqueue.slurm.{missing[0]} is not set, expected the size of a job "
            "in ~/.config/dask/jobqueue.yaml"
        )
    return jobqueue.SLURMCluster(cores=1, processes=1, job_cpu=cores)
