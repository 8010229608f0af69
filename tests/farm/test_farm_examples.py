"""The examples for schedulers do what they say; the page's numbers are the script's."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

import phasesim as ps
from phasesim.farm._shard import from_text

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ARRAY = {
    "SLURM_ARRAY_JOB_ID": "77", "SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "0",
    "SLURM_ARRAY_TASK_COUNT": "8",
}  # fmt: skip


@pytest.fixture
def job(tmp_path):
    """Starts the SLURM example with a phasesim of the given shell code."""
    programs = tmp_path / "bin"
    programs.mkdir()

    def start(code):
        for name, text in {"phasesim": code, "scontrol": 'echo "$@" > requeued'}.items():
            path = programs / name
            path.write_text(f"#!/bin/bash\n{text}\n")
            path.chmod(0o755)
        return subprocess.Popen(
            ["bash", EXAMPLES / "slurm.sbatch", "my sweep.toml", "-o", "x.h5"],
            cwd=tmp_path,
            env={**os.environ, **ARRAY, "PATH": f"{programs}:{os.environ['PATH']}"},
        )

    return start


@pytest.mark.parametrize("code", [0, 2, 3, 74])
def test_a_job_ends_with_the_code_of_phasesim(job, tmp_path, code):
    process = job(f'printf "%s\\n" "$@" > words; exit {code}')
    assert process.wait(20) == code
    assert not (tmp_path / "requeued").exists()
    words = (tmp_path / "words").read_text().split("\n")
    assert words[:-1] == ["run", "my sweep.toml", "-o", "x.h5", "--shard", "auto"]
    assert from_text("auto", ARRAY).pair == (2, 8)


@pytest.mark.parametrize("sent", [signal.SIGUSR1, signal.SIGTERM])
def test_a_job_that_is_told_to_stop_queues_again(job, tmp_path, sent):
    process = job('trap "sleep 0.1; exit 75" USR1; touch ready; while :; do sleep 0.02; done')
    until = time.monotonic() + 20
    while not (tmp_path / "ready").exists() and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(sent)
    assert process.wait(20) == 75
    assert (tmp_path / "requeued").read_text() == "requeue 77_2\n"


def test_the_kubernetes_job_is_consistent():
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load((EXAMPLES / "kubernetes-job.yaml").read_text())
    spec = job["spec"]
    (pod,) = spec["template"]["spec"]["containers"]
    share = pod["command"][pod["command"].index("--shard") + 1]
    assert spec["completionMode"] == "Indexed" and pod["command"][:2] == ["phasesim", "run"]
    shares = {
        from_text(share, {"JOB_COMPLETION_INDEX": str(i)}) for i in range(spec["completions"])
    }
    assert {s.count for s in shares} == {spec["completions"]} == {len(shares)}
    assert spec["template"]["spec"]["restartPolicy"] == "Never"


def test_the_numbers_of_the_page_are_those_of_the_measured_rates():
    from benchmarks import cost

    page = cost.PAGE.read_text()
    said = page.partition(cost.BEGIN)[2].partition(cost.END)[0].strip()
    assert said == cost.tables(), "run python -m benchmarks.cost"
    assert said.startswith("**Projection**") and "1,000,000,000" in said


def test_the_page_links_to_what_is_there():
    import re

    page = (ROOT / "docs" / "how-to" / "beyond_one_machine.md").read_text()
    local = [t for t in re.findall(r"\]\(([^)#]+)\)", page) if not t.startswith("http")]
    assert local and all((ROOT / "docs" / "how-to" / t).exists() for t in local)


def _slurm_answers():
    if shutil.which("sbatch") is None:
        return False
    return subprocess.run(["scontrol", "ping"], capture_output=True).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not _slurm_answers(), reason="no SLURM answers here: sbatch, scontrol ping")
def test_a_slurm_array_makes_the_same_file(tiny_sweep, tmp_path):
    sweep = tiny_sweep(n_seeds=6)
    (tmp_path / "x.toml").write_text(sweep.to_toml())
    words = ["--array=0-2", "--cpus-per-task=1", "--mem=0", "--signal=USR1@60"]
    subprocess.run(
        ["sbatch", "--wait", *words, EXAMPLES / "slurm.sbatch", "x.toml", "-o", "x.h5"],
        cwd=tmp_path, check=True, timeout=600,
    )  # fmt: skip
    ps.run(sweep, tmp_path / "direct.h5").close()
    assert (tmp_path / "x.h5").read_bytes() == (tmp_path / "direct.h5").read_bytes()
