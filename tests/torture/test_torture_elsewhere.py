"""HDF5 files from elsewhere: fuzzed and crafted ones are refused or read, and reach nothing."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import h5py
import pytest
import torture_batch
from torture_crafted import CRAFTED
from torture_zygote import python_path

from phasesim import store

RELEASED = Path(__file__).parents[1] / "store" / "released"
SECRET = b"canary 6d1f"
#: of the crafted ones, what no checksum can be made of
NO_FILES = {"a pipe", "a folder", "an endless device", "memory of the process"}


@pytest.fixture
def folder(tmp_path):
    shutil.copy(RELEASED / "schema-1.hdf5", tmp_path / "good.h5")
    # the same content as HDF5 writes it unless told otherwise: nothing in it has a checksum
    with h5py.File(tmp_path / "good.h5") as good, h5py.File(tmp_path / "default.h5", "x") as file:
        for name in good:
            if name != "config_toml":
                file[name] = good[name][()]
    return tmp_path


def cases(count):
    """Half of the recent format, of which 2 in 5 with right checksums; half of the default one."""
    return [
        ("default.h5" if n % 2 else "good.h5", n, n % 2 == 0 and n % 10 < 4) for n in range(count)
    ]


def fuzz(folder, chosen):
    """Outcomes of fuzzed files; what libhdf5 dies or hangs of ends in the child that read it."""
    for case, outcome in torture_batch.tried("fuzzed", folder, chosen):
        word = outcome.split()[0]
        assert word in ("refused", "harmless", "readable", "hang", "signal"), (case, outcome)
        yield case, outcome


def open_crafted(folder, name, vouched=False):
    """`phasesim info` of a crafted file: one line, in time, with nothing disclosed.

    ``vouched`` puts the right checksum beside it, as whoever crafts a file can.
    """
    secret, path = folder / "secret", folder / "x.h5"
    secret.write_bytes(SECRET)
    CRAFTED[name](path, secret)
    sidecar = store.sidecar_path(path)
    if vouched:
        sidecar.write_text(f"{store.sha256_file(path)}  x.h5\n")
    before = {p.name for p in folder.iterdir()}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "phasesim", "info", "x.h5"], cwd=folder, timeout=60,
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": python_path()},
    )  # fmt: skip
    assert done.returncode in (2, 65, 74), (done.returncode, done.stderr)
    lines = [x for x in done.stderr.splitlines() if not x.startswith("warning: ")]
    assert len(lines) == 1 and lines[0].startswith("error: ") and lines[0].isprintable()
    assert time.monotonic() - began < 40
    assert SECRET.decode() not in done.stdout + done.stderr and done.stdout == ""
    assert secret.read_bytes() == SECRET and {p.name for p in folder.iterdir()} == before
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    sidecar.unlink(missing_ok=True)
    return f"refused with {done.returncode}"


def test_a_sample_of_fuzzed_files(folder):
    outcomes = [outcome for _, outcome in fuzz(folder, cases(160))]
    assert len(outcomes) == 160 and outcomes.count("refused") > 80


@pytest.mark.parametrize("name", ["external storage", "4 TB declared", "names of markup"])
def test_a_few_crafted_files(folder, name):
    open_crafted(folder, name)


def test_a_checksum_does_not_vouch_for_what_a_crafted_file_holds(folder):
    assert open_crafted(folder, "external storage", vouched=True) == "refused with 65"


@pytest.mark.slow
def test_five_thousand_fuzzed_files(folder, ledger):
    found = fuzz(folder, ledger.left(cases(5000)))
    outcomes = ledger.each(cases(5000), lambda case: next(found)[1])
    assert outcomes["refused"] > 0.5 * sum(outcomes.values())


@pytest.mark.slow
def test_every_crafted_file(folder, ledger):
    assert len(CRAFTED) >= 30
    ledger.each(list(CRAFTED), lambda name: open_crafted(folder, name))
    cases = [[name, "with its checksum"] for name in CRAFTED if name not in NO_FILES]
    ledger.each(cases, lambda case: open_crafted(folder, case[0], vouched=True))
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert used < 3 << 30


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="no strace here to watch system calls with")
@pytest.mark.parametrize("name", ["external storage", "external link", "a virtual dataset"])
def test_the_secret_is_never_opened(folder, name):
    secret, path = folder / "secret", folder / "x.h5"
    secret.write_bytes(SECRET)
    CRAFTED[name](path, secret)
    calls = folder / "calls"
    command = ["strace", "-f", "-e", "trace=openat,open,socket,bind,listen,connect", "-o", calls]
    subprocess.run(
        [*command, sys.executable, "-m", "phasesim", "info", "x.h5"], cwd=folder, timeout=300,
        capture_output=True, env={**os.environ, "PYTHONPATH": python_path()},
    )  # fmt: skip
    text = calls.read_text()
    assert "x.h5" in text and str(secret) not in text
    assert not any(f"{call}(" in text for call in ("bind", "listen", "connect"))
