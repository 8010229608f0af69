"""The torture tests: helpers of this folder, one process that forks, and what is done already."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import torture_ledger
import torture_zygote


@pytest.fixture(scope="module")
def zygote():
    """Forks processes that run commands, with faults; see `torture_zygote.Zygote`."""
    with torture_zygote.Zygote() as started:
        yield started


@pytest.fixture
def ledger(request):
    """Remembers the cases of a part that are done, so that an interrupted torture goes on."""
    return torture_ledger.Ledger(request.node.originalname)
