"""What is built and how it is described."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def bounds(requirements):
    """Package -> lowest version, of those that have one."""
    found = (re.match(r"([\w-]+)(?:\[.*\])?>=([\d.]+)", r) for r in requirements)
    return {m[1]: m[2] for m in found if m}


def test_the_lowest_versions_are_those_of_the_bounds():
    text = (ROOT / "tests" / "lowest.txt").read_text()
    pinned = dict(line.split("==") for line in text.splitlines() if "==" in line)
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = bounds([*PROJECT["project"]["dependencies"], *extras["xarray"], *extras["explore"]])
    assert len(wanted) >= 14

    def numbers(version):
        return (*map(int, version.split(".")), 0, 0)[:3]

    assert {n: numbers(v) for n, v in wanted.items()} == {
        n: numbers(v) for n, v in pinned.items() if n in wanted
    }


def test_every_extra_that_an_error_names_is_there():
    sources = "".join(p.read_text() for p in (ROOT / "phasesim").rglob("*.py"))
    named = set(re.findall(r"phasesim\[(\w+)\]", sources))
    named |= set(re.findall(r'MissingExtra\([^)]*, "(\w+)"\)', sources))
    assert {"explore", "xarray"} <= named <= set(PROJECT["project"]["optional-dependencies"])


@pytest.mark.slow
def test_wheel_and_sdist_hold_code_and_no_results(tmp_path):
    build = [sys.executable, "-m", "build", "--no-isolation", "-o", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,), (sdist,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    inside = zipfile.ZipFile(wheel).namelist()
    code = {p.relative_to(ROOT).as_posix() for p in (ROOT / "phasesim").rglob("*.py")}
    assert code <= set(inside) and "phasesim/py.typed" in inside
    figures = {n for n in inside if n.startswith("phasesim/_figures/")}
    wanted = {p.name for e in ("py", "toml") for p in (ROOT / "figures").glob(f"*.{e}")}
    assert {Path(n).name for n in figures} == wanted
    with tarfile.open(sdist) as file:
        names = {n.partition("/")[2] for n in file.getnames()}
    assert {"Makefile", "docs/conf.py", "tests/lowest.txt", "examples/slurm.sbatch"} <= names
    assert not [n for n in names if n.startswith("figures/") and n.endswith((".h5", ".jsonl"))]
