"""The tests of the tests: mistakes planted in a copy of the package are noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from torture_bugs import BUGS

ROOT = Path(__file__).parents[2]


def run_tests(folder, *tests):
    """Exit code and output of pytest on a copy of the package and its tests."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests],
        cwd=folder, capture_output=True, text=True, timeout=600,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "torture", "figures", "explore")
    for name in ("phasesim", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored if name == "tests" else
                        shutil.ignore_patterns("__pycache__"))  # fmt: skip
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def noticed(copy, name):
    """Plant a mistake, and have its tests fail."""
    bug = BUGS[name]
    path = copy / "phasesim" / bug.file
    text = path.read_text()
    assert text.count(bug.text) == 1, "the mistake has to be planted in another way now"
    path.write_text(text.replace(bug.text, bug.replacement))
    code, output = run_tests(copy, bug.tests)
    assert code == 1, output
    # of an assertion or an error in the test, not for want of tests
    assert "failed" in output.splitlines()[-1], output
    return bug.tests.rpartition("::")[2]


def test_mistakes_are_planted_where_they_can_be():
    assert len(BUGS) >= 20
    for name, bug in BUGS.items():
        assert (ROOT / "phasesim" / bug.file).read_text().count(bug.text) == 1, name
        file, _, test = bug.tests.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(), name


def test_one_mistake_is_noticed(copy):
    noticed(copy, "the bytes are not brought to the disk")


@pytest.mark.slow
def test_without_a_mistake_the_same_tests_pass(copy):
    code, output = run_tests(copy, *sorted({bug.tests for bug in BUGS.values()}))
    assert code == 0, output


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_every_mistake_is_noticed(copy, ledger, name):
    ledger.each([name], lambda name: noticed(copy, name))
