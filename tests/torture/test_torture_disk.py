"""A file system that really is full: exit 74, one line, and the same bytes once there is room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from torture_zygote import python_path

HERE = Path(__file__).parent
SPACE = ("unshare", "--user", "--map-root-user", "--mount")
#: chunks committed before the disk is filled : bytes left
CASES = [f"{after}:{leave}" for after in (1, 2, 3, 5, 6) for leave in (0, 4096, 8192, 16384, 40960)]


@pytest.fixture(scope="module", autouse=True)
def namespace(tmp_path_factory):
    mount = tmp_path_factory.mktemp("mount")
    try:
        tried = subprocess.run(
            [*SPACE, "mount", "-t", "tmpfs", "none", str(mount)], capture_output=True, text=True
        )
    except FileNotFoundError:
        pytest.skip("no unshare command here, so no file system of our own")
    if tried.returncode:
        pytest.skip(f"no file system of our own can be mounted here: {tried.stderr.strip()}")


def filled(folder, cases):
    """Outcomes of filling the disk."""
    done = subprocess.run(
        [*SPACE, sys.executable, str(HERE / "torture_tmpfs.py"), str(folder), *cases],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": python_path()},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


def test_a_full_disk(tmp_path):
    found = filled(tmp_path, ["2:0", "6:8192"])
    assert found["2:0"] == "full, then finished" and len(found) == 2


@pytest.mark.slow
def test_a_full_disk_at_every_stage(tmp_path, ledger):
    found = filled(tmp_path, ledger.left(CASES))
    outcomes = ledger.each(CASES, found.get)
    assert outcomes["full, then finished"] > 0.7 * sum(outcomes.values())
