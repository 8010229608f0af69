"""The same with the real trainer, each in a process of its own.

Kills, refusals, second writers, bit identity.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from torture_zygote import ERRORS, python_path

from phasesim import store

HERE = Path(__file__).parent
TOML = """
name = "x"
n_features = 3
n_hidden = 2
batch_size = 32
n_steps = 60
importance = {{ name = "last_relative", ratio = 2.0 }}
[sweep]
n_seeds = {n_seeds}
axes = [ {{ path = "distribution.density", values = {densities} }} ]
"""
DENSITIES = [1.0, 0.7, 0.5, 0.3, 0.2, 0.1]
#: operations of a run of four chunks, about; fewer than it has of each
MOST = 90
CALLS = {"open": 25, "write": 20, "fsync": 10, "link": 5}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def expected(root):
    folder, done = train(root, "calm")
    assert done.returncode == 0, done.stderr
    return (folder / "x.h5").read_bytes()


def train(
    root, name, *, again=False, env=None, n_seeds=4, n_hidden=2, densities=DENSITIES, **asked
):
    """Run or resume the sweep in a folder of that name."""
    folder = root / name
    if not again:
        folder.mkdir()
        text = TOML.format(n_seeds=n_seeds, densities=densities)
        (folder / "x.toml").write_text(text)
    env = {
        **os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": python_path(),
        # compiled once for all of these processes
        "XDG_CACHE_HOME": str(root / "cache"), **(env or {}),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(HERE / "torture_real.py"), json.dumps(asked)],
        cwd=folder, env=env, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return folder, done


def struck(root, expected, case):
    """A fault at an operation, then an undisturbed run."""
    operation, at, code = case
    number = code and getattr(errno, code)
    fault = {"operation": operation, "at": at, "errno": number, "sticky": bool(number)}
    folder, done = train(root, "-".join(map(str, case)), fault=fault)
    lines = done.stderr.count("\n")
    wanted = (-9, 0) if number is None else (74, 1)
    assert (done.returncode, lines) in (wanted, (0, 0)), (done.returncode, done.stderr)
    _, again = train(root, folder.name, again=True)
    assert (again.returncode, again.stderr) == (0, ""), again.stderr
    assert (folder / "x.h5").read_bytes() == expected
    assert {p.name for p in folder.iterdir()} == {"x.toml", "x.h5", "x.h5.sha256", "x.log.jsonl"}
    shutil.rmtree(folder)
    return f"code {done.returncode}"


def second_writer(root, expected, case):
    """A second command while the first one trains: refused, and the first ends as ever."""
    number, locking, *words = case
    name, env = f"second-{number}-{locking}", {"HDF5_USE_FILE_LOCKING": locking}
    ended = []
    slow = {"cores": 1, "pause": 3.0}
    first = threading.Thread(target=lambda: ended.append(train(root, name, env=env, how=slow)[1]))
    first.start()
    while not (root / name / "x.run" / "lock").exists() and first.is_alive():
        time.sleep(0.01)
    time.sleep(0.2 * number)
    began = time.monotonic()
    folder, refused = train(root, name, again=True, env=env, words=words)
    seconds, working = time.monotonic() - began, first.is_alive()
    first.join()
    assert ended[0].returncode == 0 and (folder / "x.h5").read_bytes() == expected
    shutil.rmtree(folder)
    if not working:
        return "the first was done already"
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1, refused.stderr
    assert refused.stderr.startswith("error: ") and "process" in refused.stderr
    return f"refused within {int(seconds) + 1} s of its start"


def models(path):
    """Hash of everything stored of each model, by its cell's hash and its seed."""
    found = {}
    for rows in store.iter_rows(store.open_final(path).parts()):
        names = sorted(rows)
        for i, (cell, seed) in enumerate(zip(rows["cell_hash"], rows["seed"], strict=True)):
            data = b"".join(name.encode() + rows[name][i].tobytes() for name in names)
            found[cell.tobytes(), int(seed)] = hashlib.sha256(data).hexdigest()
    return found


FLAGS = "--xla_force_host_platform_device_count="
#: ways to carry out one sweep -> arguments of `train`
WAYS = {
    "again": {},
    "one chunk": {"how": {"chunk_seconds": 1e9}},
    "one block in flight": {"how": {"cores": 1}},
    "seven blocks in flight": {"how": {"cores": 7}},
    "2 devices": {"env": {"XLA_FLAGS": FLAGS + "2"}},
    "4 devices": {"env": {"XLA_FLAGS": FLAGS + "4"}, "how": {"cores": 4}},
    "one thread": {"env": {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}},
    "order reversed": {"densities": DENSITIES[::-1]},
    "order shuffled": {"densities": [0.3, 1.0, 0.1, 0.7, 0.2, 0.5]},
    "a grid with more rows": {"densities": [0.9, *DENSITIES, 0.05]},
    "a grid of more blocks": {"densities": [round(0.9 - 0.01 * i, 2) for i in range(80)] + [1.0]},
    "more seeds": {"n_seeds": 6},
    "a memory bound": {"words": ["--memory", "1GiB"]},
    "compiled anew": {"words": ["--no-cache"]},
    "1 process": {"words": ["--executor", "processes:1"]},
    "2 processes": {"words": ["--executor", "processes:2"]},
    "4 processes": {"words": ["--executor", "processes:4"]},
}


def carried_out(root, expected_models, way):
    """The sweep in another way: every model that it shares with the reference is the same."""
    folder, done = train(root, way.replace(" ", "-"), **WAYS[way])
    assert done.returncode == 0, done.stderr
    found = models(folder / "x.h5")
    shared = found.keys() & expected_models.keys()
    assert len(shared) >= 20 and all(found[k] == expected_models[k] for k in shared)
    return f"{len(shared)} models the same"


@pytest.fixture(scope="module")
def expected_models(root, expected):
    return models(root / "calm" / "x.h5")


def test_a_kill_and_a_refusal(root, expected):
    assert struck(root, expected, ("any", 40, None)) == "code -9"
    assert struck(root, expected, ("fsync", 6, "EIO")) == "code 74"


@pytest.mark.parametrize("way", ["2 devices", "a grid with more rows"])
def test_two_ways_of_carrying_out(root, expected_models, way):
    carried_out(root, expected_models, way)


@pytest.mark.slow
def test_kills_of_the_real_trainer(root, expected, ledger):
    cases = [("any", at, None) for at in range(0, MOST, 4)]
    tried = ledger.each(cases, lambda case: struck(root, expected, case))
    assert tried["code -9"] >= 0.8 * sum(tried.values())


@pytest.mark.slow
def test_refusals_of_the_real_trainer(root, expected, ledger):
    rng = random.Random(3)
    cases = sorted({
        (operation, rng.randrange(CALLS[operation]), errno.errorcode[code])
        for operation in CALLS for code in ERRORS for _ in range(2)
    })  # fmt: skip
    assert len(cases) >= 20
    tried = ledger.each(cases, lambda case: struck(root, expected, case))
    assert set(tried) == {"code 74"}


@pytest.mark.slow
def test_second_writers_with_the_real_trainer(root, expected, ledger):
    cases = [
        (number, locking, *(["--fresh"] if number % 2 else []))
        for locking in ("TRUE", "FALSE") for number in range(10)
    ]  # fmt: skip
    tried = ledger.each(cases, lambda case: second_writer(root, expected, case))
    assert sum(n for word, n in tried.items() if word.startswith("refused")) >= 16


@pytest.mark.slow
def test_every_way_of_carrying_out(root, expected_models, ledger):
    ledger.each(list(WAYS), lambda way: carried_out(root, expected_models, way))


@pytest.mark.slow
def test_every_point_to_resume_from(root, expected, ledger):
    def resumed(blocks):
        how = {"stop_after": blocks, "cores": 1}
        folder, done = train(root, f"stop-{blocks}", how=how)
        assert done.returncode == 75 and done.stderr.count("\n") == 1, done.stderr
        _, again = train(root, folder.name, again=True)
        assert again.returncode == 0 and (folder / "x.h5").read_bytes() == expected
        return "the same bytes"

    assert ledger.each(range(1, 4), resumed)


@pytest.mark.slow
@pytest.mark.parametrize("devices", [1, 2, 4])
def test_a_perturbed_neighbour_changes_no_other_model(root, expected_models, ledger, devices):
    def perturbed(case):
        _, position = case
        densities = list(DENSITIES)
        densities[position] *= 0.9
        folder, done = train(
            root, f"neighbour-{devices}-{position}", densities=densities,
            env={"XLA_FLAGS": FLAGS + str(devices)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found = models(folder / "x.h5")
        shared = found.keys() & expected_models.keys()
        assert len(shared) == 20 and all(found[k] == expected_models[k] for k in shared)
        return "20 others the same"

    ledger.each([(devices, position) for position in range(len(DENSITIES))], perturbed)
