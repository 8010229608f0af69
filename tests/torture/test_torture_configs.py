"""Mutated configurations and size bombs: one clear line each, no traceback, no other file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest
import torture_batch
import torture_configs
from torture_zygote import python_path

HEAVY = ("jax", "jaxlib", "flax", "optax", "matplotlib", "h5py")
RUN = f"""
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {HEAVY!r}:
            raise AssertionError("imported " + name)
sys.meta_path.insert(0, Block())
from phasesim.cli.app import main
code = main(["run", "x.toml"])
print(open("/proc/self/status").read())
sys.exit(code)
"""
#: bytes a refusal may take
MOST_MEMORY = 200 << 20


def check(folder, cases):
    """Outcomes of checking each mutated file."""
    (folder / "canary").write_text("untouched")
    for case, outcome in torture_batch.tried("configured", folder, cases):
        assert outcome in ("accepted", "refused"), (case, outcome)
        yield case, outcome
    assert {p.name for p in folder.iterdir()} == {"canary", "x.toml"}


def refuse(folder, bomb):
    """`phasesim run` refuses a bomb, with the heavy packages out of reach."""
    path = folder / "x.toml"
    text = torture_configs.BOMBS[bomb]
    if text is None:
        path.write_bytes(b"#" * 100_000_000)
    else:
        path.write_text(text)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=folder, text=True, capture_output=True,
        env={**os.environ, "PYTHONPATH": python_path()},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert len(done.stderr) < 2000
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", done.stdout)[1]) * 1024
    assert peak < MOST_MEMORY
    assert {p.name for p in folder.iterdir()} == {"x.toml"}
    return f"refused within {time.monotonic() - began:.0f} s"


@pytest.mark.parametrize("kind", ["grammar", "bytes"])
def test_a_sample_of_mutated_configurations(tmp_path, kind):
    cases = [(kind, n) for n in range(150)]
    outcomes = [outcome for _, outcome in check(tmp_path, cases)]
    assert len(outcomes) == 150 and outcomes.count("refused") > 50


@pytest.mark.parametrize("bomb", ["10^12 cells", "a list of a million"])
def test_two_bombs(tmp_path, bomb):
    refuse(tmp_path, bomb)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["grammar", "bytes"])
def test_ten_thousand_mutated_configurations(tmp_path, ledger, kind):
    # a hundred at a time: one process each, which may die of any of them
    def hundred(block):
        cases = [(kind, n) for n in range(100 * block[1], 100 * block[1] + 100)]
        outcomes = [outcome for _, outcome in check(tmp_path, cases)]
        return f"{10 * round(outcomes.count('refused') / 10)} of 100 refused"

    assert ledger.each([(kind, block) for block in range(100)], hundred)


@pytest.mark.slow
@pytest.mark.parametrize("bomb", torture_configs.BOMBS)
def test_every_bomb(tmp_path, bomb):
    refuse(tmp_path, bomb)
