"""Damaged bytes: refused by their hash; with the hash not asked, nothing wrong is ever read."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
import torture_batch
import torture_fuzz

from phasesim import store
from phasesim.errors import StoreDamaged
from phasesim.store.rows import read_named

RELEASED = Path(__file__).parents[1] / "store" / "released"
GOOD = {
    "good.h5": RELEASED / "schema-1.hdf5",
    "chunk.h5": next((RELEASED / "schema-1.running" / "chunks").glob("c000000-*.h5")),
}
KINDS = ("bit", "cut")


@pytest.fixture
def folder(tmp_path):
    for name, source in GOOD.items():
        shutil.copy(source, tmp_path / name)
    return tmp_path


def damaged(data, kind, at):
    return data[:at] if kind == "cut" else torture_fuzz.flipped(data, at)


def cases(step=1):
    return [
        (name, kind, at)
        for name, source in GOOD.items()
        for kind in KINDS
        for at in range(0, source.stat().st_size, step)
    ]


def refused_by_hash(folder, step=1):
    """How many damaged files are refused because of their hash."""
    final, count = folder / "final.h5", 0
    data = GOOD["good.h5"].read_bytes()
    store.sidecar_path(final).write_text(f"{hashlib.sha256(data).hexdigest()}  final.h5\n")
    chunk = folder / GOOD["chunk.h5"].name
    readers = {"good.h5": (final, store.open_final), "chunk.h5": (chunk, read_named)}
    for name, kind, at in cases(step):
        path, read = readers[name]
        path.write_bytes(damaged(GOOD[name].read_bytes(), kind, at))
        with pytest.raises(StoreDamaged):
            read(path)
        count += 1
    return count


def read_unchecked(folder, chosen):
    """Outcomes of reading damaged files without their hash, in a process that may die of it."""
    for case, outcome in torture_batch.tried("rotten", folder, chosen):
        assert outcome in ("refused", "harmless") or outcome.startswith("signal"), (case, outcome)
        yield case, outcome


def test_a_sample_of_damage_is_refused_by_its_hash(folder):
    assert refused_by_hash(folder, step=41) > 500


def test_a_sample_of_damage_is_never_read_as_something_else(folder):
    outcomes = [outcome for _, outcome in read_unchecked(folder, cases(step=149))]
    assert outcomes.count("refused") > 0.8 * len(outcomes)


@pytest.mark.slow
def test_every_damage_is_refused_by_its_hash(folder):
    assert refused_by_hash(folder) == len(cases())


@pytest.mark.slow
def test_every_damage_is_never_read_as_something_else(folder, ledger):
    found = read_unchecked(folder, ledger.left(cases()))
    outcomes = ledger.each(cases(), lambda case: next(found)[1])
    assert outcomes["refused"] > 0.7 * sum(outcomes.values())


@pytest.mark.slow
def test_damage_through_the_whole_package(folder, ledger):
    """As a user meets it: no sidecar, so that a child process looks through the file first."""

    def opened(case):
        name, kind, at = case
        path = folder / "x.h5"
        path.write_bytes(damaged(GOOD[name].read_bytes(), kind, at))
        try:
            store.open_final(path, verify=False).close()
        except StoreDamaged:
            return "refused"
        return "opened"

    chosen = [case for case in cases(step=401) if case[0] == "good.h5"]
    outcomes = ledger.each(chosen, opened)
    assert outcomes["refused"] > 0.7 * sum(outcomes.values())
