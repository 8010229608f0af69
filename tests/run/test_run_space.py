"""Room on the disk is looked at while a sweep is written too, not only before."""

from __future__ import annotations

import importlib
import shutil
import types

import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim import store
from phasesim.errors import StoreIOError


@pytest.fixture
def running(monkeypatch):
    """The module that runs sweeps, looking at the disk after every second chunk of one block."""
    module = importlib.import_module("phasesim.run")
    assert module.CHUNKS_A_CHECK == 100  # as the manual says
    monkeypatch.setattr(module, "CHUNKS_A_CHECK", 2)
    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)
    return module


def test_the_room_left_is_compared_with_what_is_left_again_and_again(
    running, tiny_sweep, tmp_path, monkeypatch
):
    asked, true_need = [], store.need_space

    def need(run, layout, models_left):
        asked.append(models_left)
        true_need(run, layout, models_left)

    monkeypatch.setattr(store, "need_space", need)
    ps.run(tiny_sweep(n_seeds=5), tmp_path / "x.h5").close()
    assert asked == [10, 6, 2]


def test_a_disk_that_fills_stops_the_sweep_and_the_same_call_goes_on(
    running, tiny_sweep, tmp_path, monkeypatch
):
    path, looks = tmp_path / "x.h5", []

    def disk(_):
        looks.append(len(list(tmp_path.glob("x.run/chunks/*.h5"))))
        free = 1 << 39 if len(looks) < 3 else 1000
        return types.SimpleNamespace(total=1 << 40, free=free)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", disk)
        with pytest.raises(StoreIOError, match="make room"):
            ps.run(tiny_sweep(n_seeds=8), path)
    assert looks == [0, 2, 4] and len(list(tmp_path.glob("x.run/chunks/*.h5"))) == 4
    ps.run(tiny_sweep(n_seeds=8), path).close()
    ps.run(tiny_sweep(n_seeds=8), tmp_path / "calm.h5").close()
    assert path.read_bytes() == (tmp_path / "calm.h5").read_bytes()
