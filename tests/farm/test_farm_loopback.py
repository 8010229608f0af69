"""A real SLURM on this machine: its daemons over the loopback device, where its packages are.

Debian: ``apt-get install slurm-wlm munge``; the daemons want to be root.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim.progress import Silent

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel")
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
MISSING = [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]
EXAMPLE = Path(__file__).parents[2] / "examples" / "slurm.sbatch"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(bool(MISSING), reason=f"no SLURM here: {', '.join(MISSING)} not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="SLURM's daemons want to be root"),
]


def settings(folder, munge):
    """slurm.conf of one node that is this machine and says to have four processors."""
    host, ports = socket.gethostname().partition(".")[0], []
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            free = stack.enter_context(socket.socket())
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    return f"""ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthInfo=socket={munge}
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=2
ReturnToService=2
MpiDefault=none
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


@pytest.fixture(scope="module")
def cluster():
    """The environment in which SLURM's commands reach the cluster."""
    # not under pytest's folder: munge wants all folders above its socket to be safe and short
    folder = Path(f"/run/phasesim-slurm-{secrets.token_hex(4)}")
    for name in ("state", "spool", "munge"):
        (folder / name).mkdir(parents=True)
    key, munge = folder / "munge" / "key", folder / "munge" / "socket"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o400)
    (folder / "slurm.conf").write_text(settings(folder, munge))
    env = os.environ | {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": PATH}
    kept = [f"--{name}-file={munge.parent / name}" for name in ("key", "pid", "log", "seed")]
    daemons = []
    try:
        for command in (["munged", "--foreground", f"--socket={munge}", *kept],
                        ["slurmctld", "-D"], ["slurmd", "-D"]):  # fmt: skip
            daemons.append(subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL))
            time.sleep(1)
        state = ""
        for _ in range(60):
            asked = ["sinfo", "--noheader", "--format=%T"]
            state = subprocess.run(asked, env=env, capture_output=True, text=True).stdout.strip()
            if state == "idle":
                break
            time.sleep(0.5)
        assert state == "idle", (folder / "slurmctld.log").read_text()
        yield env
    finally:
        subprocess.run(["scancel", "--user=root"], env=env, capture_output=True)
        for daemon in reversed(daemons):
            daemon.terminate()
        for daemon in daemons:
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def sweep_of(n_seeds=3):
    """Five sizes, so five chunks."""
    experiment = ps.Experiment(n_features=4, n_hidden=2, n_steps=20, batch_size=16)
    axes = [ps.values("n_hidden", [1, 2, 3, 4, 5]), ps.values("distribution.density", [0.5, 0.1])]
    return ps.Sweep(experiment, axes=axes, n_seeds=n_seeds)


class Cancel(Silent):
    """Cancels every job that runs when the first chunk is there."""

    def __init__(self, env):
        self.env, self.cancelled = env, 0

    def models(self, n, failed):
        if not self.cancelled:
            asked = ["squeue", "--noheader", "--states=RUNNING", "--format=%A"]
            jobs = subprocess.run(
                asked, env=self.env, capture_output=True, text=True
            ).stdout.split()
            subprocess.run(["scancel", "--signal=KILL", *jobs], env=self.env, check=True)
            self.cancelled = len(jobs)


@pytest.mark.skipif(
    importlib.util.find_spec("dask_jobqueue") is None,
    reason="dask-jobqueue is not installed: pip install 'phasesim[cluster]'",
)
def test_jobs_that_are_killed_are_replaced(cluster, tmp_path, monkeypatch):
    import dask

    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)
    for name in ("SLURM_CONF", "PATH"):
        monkeypatch.setenv(name, cluster[name])
    ps.run(sweep_of(), tmp_path / "direct.h5").close()
    job = {"cores": 1, "memory": "1GB", "walltime": "00:10:00", "interface": "lo",
           "log-directory": str(tmp_path), "local-directory": str(tmp_path)}  # fmt: skip
    options = ps.Options(progress=Cancel(cluster))
    with dask.config.set({"jobqueue.slurm": dask.config.get("jobqueue.slurm", {}) | job}):
        ps.run_farmed(sweep_of(), tmp_path / "farmed.h5", "slurm:2", options).close()
    assert options.progress.cancelled >= 1
    assert (tmp_path / "farmed.h5").read_bytes() == (tmp_path / "direct.h5").read_bytes()


def test_an_array_of_jobs_by_the_example(cluster, tmp_path):
    sweep = sweep_of()
    ps.run(sweep, tmp_path / "direct.h5").close()
    (tmp_path / "sweep.toml").write_text(sweep.to_toml())
    submit = ["sbatch", "--wait", "--array=0-2", "--cpus-per-task=1", "--mem=900M",
              "--time=00:10:00", f"--output={tmp_path}/%a.log", str(EXAMPLE), "sweep.toml",
              "-o", "farmed.h5", "--quiet"]  # fmt: skip
    done = subprocess.run(submit, env=cluster, cwd=tmp_path, capture_output=True, text=True)
    logs = {path.name: path.read_text() for path in tmp_path.glob("*.log")}
    assert done.returncode == 0, (done.stderr, logs)
    assert sorted(logs) == ["0.log", "1.log", "2.log"]
    assert (tmp_path / "farmed.h5").read_bytes() == (tmp_path / "direct.h5").read_bytes()
