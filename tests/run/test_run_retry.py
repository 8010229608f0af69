"""A machine that fails: the same models are trained again, and what stays lost is named."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim import retry
from phasesim.errors import CellsLost, Stopped
from phasesim.execute import Executor

FAILURE = "INTERNAL: Failed to execute XLA runtime: device \x1b[31m lost"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)  # a block a chunk
    monkeypatch.setattr(retry, "PAUSE", 0.0)


@pytest.fixture
def sweep(tiny_sweep):
    # four blocks: two sizes, two seeds
    axes = [ps.values("n_hidden", [1, 2]), ps.values("distribution.density", [1.0, 0.25])]
    return tiny_sweep(axes=axes)


class Failing:
    """Makes chosen blocks fail so many times; counts the attempts at each."""

    def __init__(self, monkeypatch, times, blocks=None, error=FAILURE):
        self.attempts = {}
        true_run = Executor.run

        def run(executor, block, device=None):
            key = (block.cohort, block.replica)
            self.attempts[key] = self.attempts.get(key, 0) + 1
            if (blocks is None or key in blocks) and self.attempts[key] <= times:
                raise jax.errors.JaxRuntimeError(error)
            return true_run(executor, block, device)

        monkeypatch.setattr(Executor, "run", run)


def test_a_failure_that_passes_changes_no_bit(sweep, tmp_path, monkeypatch):
    ps.run(sweep, tmp_path / "calm.h5").close()
    failing = Failing(monkeypatch, retry.RETRIES)
    ps.run(sweep, tmp_path / "x.h5").close()
    assert set(failing.attempts.values()) == {retry.RETRIES + 1}
    assert (tmp_path / "x.h5").read_bytes() == (tmp_path / "calm.h5").read_bytes()


def test_what_stays_lost_is_named_kept_out_and_trained_next_time(sweep, tmp_path, monkeypatch):
    path = tmp_path / "x.h5"
    with monkeypatch.context() as patch:
        failing = Failing(patch, 10**6, {(1, 0)})
        with pytest.raises(CellsLost) as caught:
            ps.run(sweep, path)
    text = str(caught.value)
    assert caught.value.exit_code == 3 and "\x1b" not in text
    assert text.startswith("2 models were lost") and "device" in text and "INTERNAL" in text
    assert "n_hidden=2, distribution.density=0.25, seed 0" in text and "seed 1" not in text
    assert failing.attempts == {(0, 0): 1, (0, 1): 1, (1, 0): retry.RETRIES + 1, (1, 1): 1}
    assert not path.exists()
    with ps.open_result(path) as partial:
        done = partial.status == 1
        assert done.sum() == 6 and not done[1, :, 0].any()
    lost = [line for line in ps.store.RunDirectory.open(path.with_suffix(".run")).read_log()
            if line["event"] == "lost"]  # fmt: skip
    assert len(lost) == 1
    ps.run(sweep, path).close()
    ps.run(sweep, tmp_path / "calm.h5").close()
    assert path.read_bytes() == (tmp_path / "calm.h5").read_bytes()


def test_in_memory_what_stays_lost_is_a_status_and_a_warning(sweep, monkeypatch):
    Failing(monkeypatch, 10**6, {(0, 1)})
    with pytest.warns(UserWarning, match="2 models were lost"):
        result = ps.run(sweep)
    assert (result.status[0, :, 1] == ps.Status.infrastructure).all()
    assert (result.status == 1).sum() == 6
    assert np.isnan(result.loss[0, :, 1]).all() and np.isfinite(result.loss[1]).all()


def test_a_device_that_is_gone_is_not_tried_for_ever(tiny_sweep, tmp_path, monkeypatch):
    failing = Failing(monkeypatch, 10**6)
    monkeypatch.setattr("phasesim.execute.os.cpu_count", lambda: 1)
    with pytest.raises(CellsLost):
        ps.run(tiny_sweep(n_seeds=20), tmp_path / "x.h5")
    # those under way beside the hopeless ones may have begun
    assert len(failing.attempts) < 8


def test_a_mistake_of_the_program_is_not_retried(sweep, monkeypatch):
    failing = Failing(monkeypatch, 1, error="INVALID_ARGUMENT: shapes differ")
    with pytest.raises(jax.errors.JaxRuntimeError, match="shapes differ"):
        ps.run(sweep)
    assert set(failing.attempts.values()) == {1}


def test_no_room_for_a_single_block_is_said(sweep, monkeypatch):
    Failing(monkeypatch, 10**6, error="RESOURCE_EXHAUSTED: out of memory")
    with pytest.raises(CellsLost, match="no room in memory for one block"):
        ps.run(sweep)


def test_a_stop_ends_the_attempts(sweep, tmp_path, monkeypatch):
    options = ps.Options()

    def run(executor, block, device=None):
        if executor.stop.is_set():
            raise Stopped("stopped")
        options.stop.set()
        raise jax.errors.JaxRuntimeError(FAILURE)

    monkeypatch.setattr(Executor, "run", run)
    with pytest.raises(Stopped):
        ps.run(sweep, tmp_path / "x.h5", options)


def test_many_lost_models_are_counted_and_some_named(tiny_sweep, monkeypatch):
    Failing(monkeypatch, 10**6, {(0, 0)})
    axes = [ps.geomspace("distribution.density", 1, 0.1, 30)]
    with pytest.warns(UserWarning) as caught:
        ps.run(tiny_sweep(axes=axes, n_seeds=2))
    (text,) = [str(w.message) for w in caught]
    assert text.startswith("30 models were lost") and "and 22 more" in text
