"""What needs a process of its own: imports, signals, the installed wheel."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("jax", "flax", "optax", "matplotlib", "h5py")
BLOCK = f"""
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise AssertionError("imported " + name)
sys.meta_path.insert(0, Block())
from phasesim.cli.app import main
sys.exit(main(sys.argv[1:]))
"""


def phasesim(*words, cwd=None, code=None, **extra):
    start = [sys.executable, "-c", code] if code else [sys.executable, "-m", "phasesim"]
    return subprocess.run(
        [*start, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=120, **extra
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["run", "--help"], 0),
        (["list"], 0),
        (["figure", "--list"], 0),
        (["run", "none.toml"], 2),
        (["config", "init", "--stdout"], 0),
    ],
)
def test_light_commands_import_nothing_heavy(words, code, tmp_path):
    done = phasesim(*words, code=BLOCK, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert "imported" not in done.stderr


def test_a_platform_that_is_not_there_names_its_extra(tmp_path):
    (tmp_path / "slow.toml").write_text(SLOW_SWEEP)
    environment = {k: v for k, v in os.environ.items() if k != "JAX_PLATFORMS"}
    done = phasesim("run", "slow.toml", "--platform", "gpu", cwd=tmp_path, env=environment)
    assert done.returncode == 2 and "pip install 'phasesim[cuda12]'" in done.stderr
    assert done.stderr.count("error:") == 1 and not (tmp_path / "slow.run").exists()


def test_a_dry_run_predicts_seconds_within_reason(tmp_path):
    # not a timing: the estimate must not be the zero that comes of timing too little
    (tmp_path / "slow.toml").write_text(SLOW_SWEEP)
    done = phasesim("run", "slow.toml", "--dry-run", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["seconds"] > 1


SLOW_SWEEP = """
name = "slow"
n_features = 2
n_hidden = 1
batch_size = 256
n_steps = 50_000
[sweep]
n_seeds = 40
axes = [ { path = "distribution.density", geomspace = [1.0, 0.01, 64] } ]
"""


def test_sigterm_stops_with_75_and_status_says_stopped(tmp_path):
    (tmp_path / "slow.toml").write_text(SLOW_SWEEP)
    process = subprocess.Popen(
        [sys.executable, "-m", "phasesim", "run", "slow.toml", "--quiet"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    log = tmp_path / "slow.run" / "log.jsonl"
    until = time.monotonic() + 60
    while not log.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 75, err
    assert err.count("\n") == 1 and "run the same command to go on" in err
    done = phasesim("status", "slow.run", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert found["state"] == "stopped" and found["total"] == 2560 > found["done"]


def test_an_installed_wheel_lists_and_knows_its_figures_elsewhere(tmp_path):
    root = Path(__file__).parents[2]
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(tmp_path)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # the target comes before the editable checkout; -P keeps the working directory out
    done = subprocess.run(
        [sys.executable, "-P", "-m", "phasesim", "figure", "--list", "--json"],
        cwd=elsewhere, env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    figures = json.loads(done.stdout)
    assert {"name": "phase-2x1", "kind": "figure"}.items() <= figures[0].items() or any(
        f["name"] == "phase-2x1" for f in figures
    )
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import phasesim, sys; print(phasesim.__file__)"],
        cwd=elsewhere, env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(target)
