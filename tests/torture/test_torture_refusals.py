"""The system refuses a write, fsync, open or link: exit 74, one line, and the next run completes.

Each error of a full, foreign or dying disk, at each call, once or from then on.
"""

from __future__ import annotations

import errno
import itertools
import random
import shutil

import pytest
from torture_sweep import Tortured, one_error_line
from torture_zygote import ERRORS

OPERATIONS = ("open", "write", "fsync", "link", "replace", "mkdir")


@pytest.fixture(scope="module")
def sweep(zygote, tmp_path_factory):
    return Tortured(zygote, tmp_path_factory.mktemp("refusals"), n_seeds=4)


def cases(sweep):
    return [
        (operation, at, errno.errorcode[code], sticky)
        for operation in OPERATIONS
        for at, code, sticky in itertools.product(
            range(sweep.counts[operation]), ERRORS, (True, False)
        )
    ]


def refused(sweep, case):
    operation, at, code, sticky = case
    folder = sweep.begin("-".join(map(str, case)))
    number = getattr(errno, code)
    fault = {"operation": operation, "at": at, "errno": number, "sticky": sticky}
    ended = sweep.run(folder, fault=fault)
    assert ended.hit
    if ended.code == 0:
        # what is only advice, such as the note of who holds the lock, may fail once
        assert not sticky and ended.stderr == "" and (folder / "x.h5").exists()
    else:
        assert ended.code == 74 and one_error_line(ended) and code in ended.stderr, ended
        assert "Traceback" not in ended.stderr and "x." in ended.stderr
        sweep.check_kept(folder, ended.committed)
        run = folder / "x.run"
        assert sticky or not list(run.rglob(".tmp-*")) or operation == "unlink"
        again = sweep.finish(folder).committed
        assert not set(again) & set(ended.committed)
    assert (folder / "x.h5").read_bytes() == sweep.expected
    shutil.rmtree(folder)
    return f"code {ended.code} at {operation}"


def test_a_sample_of_refusals(sweep):
    everything = cases(sweep)
    assert len(everything) > 500
    chosen = [*everything[:1], *random.Random(1).sample(everything, 24)]
    assert any("code 74" in refused(sweep, case) for case in chosen)


@pytest.mark.slow
def test_every_refusal(sweep, ledger):
    found = ledger.each(cases(sweep), lambda case: refused(sweep, tuple(case)))
    noticed = sum(n for word, n in found.items() if word.startswith("code 74"))
    assert noticed > 0.9 * sum(found.values())
