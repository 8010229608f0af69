"""Chunks that rot between two runs: set aside, named, computed again, and only they."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim.errors import Stopped, StoreDamaged
from phasesim.execute import Executor


@pytest.fixture
def stopped(tiny_sweep, tmp_path, monkeypatch):
    """A sweep of four chunks that was stopped before its merge, and how many blocks ran since."""
    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)  # a block a chunk
    sweep, path = tiny_sweep(n_seeds=4, n_steps=5), tmp_path / "x.h5"
    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module("phasesim.run"), "finish", _stop)
        with pytest.raises(Stopped):
            ps.run(sweep, path)
    trained, true_run = [], Executor.run

    def run(self, block, device=None):
        trained.append(block.replica)
        return true_run(self, block, device)

    monkeypatch.setattr(Executor, "run", run)
    ps.run(sweep, tmp_path / "calm.h5").close()
    assert sorted(trained) == [0, 1, 2, 3]
    trained.clear()
    return sweep, path, sorted((tmp_path / "x.run" / "chunks").iterdir()), trained


def _stop(*_, **__):
    raise Stopped("stopped")


def test_a_flipped_bit_and_a_lost_end_cost_their_chunks_only(stopped, tmp_path):
    sweep, path, chunks, trained = stopped
    data = [chunk.read_bytes() for chunk in chunks]
    chunks[1].write_bytes(data[1][:500] + bytes([data[1][500] ^ 4]) + data[1][501:])
    chunks[3].write_bytes(data[3][:-1])
    with pytest.warns(UserWarning, match="to be computed anew") as caught:
        ps.run(sweep, path, ps.Options(keep_run=True)).close()
    assert len(caught) == 2 and sorted(trained) == [1, 3]
    assert path.read_bytes() == (tmp_path / "calm.h5").read_bytes()
    assert [chunk.read_bytes() for chunk in chunks] == data
    assert len(list(chunks[0].parent.glob("*.damaged"))) == 2


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_so_many_chunks_gone_are_so_many_computed(stopped, tmp_path, lost):
    sweep, path, chunks, trained = stopped
    for chunk in np.random.default_rng(lost).permutation(chunks)[:lost]:
        chunk.unlink()
    ps.run(sweep, path).close()
    assert len(trained) == lost and path.read_bytes() == (tmp_path / "calm.h5").read_bytes()


def test_swapped_and_foreign_chunks_are_set_aside(stopped, tmp_path, tiny_sweep):
    sweep, path, chunks, trained = stopped
    one, two = (chunk.read_bytes() for chunk in chunks[:2])
    chunks[0].write_bytes(two)
    chunks[1].write_bytes(one)
    with pytest.warns(UserWarning, match="hash in its name"):
        ps.run(sweep, path).close()
    assert sorted(trained) == [0, 1] and path.read_bytes() == (tmp_path / "calm.h5").read_bytes()


def test_two_results_for_one_chunk_stop_the_run_and_both_stay(stopped):
    sweep, path, chunks, trained = stopped
    run = ps.store.RunDirectory.open(path.with_suffix(".run"))
    rows, attrs = run.read(2)
    rows["loss"][0] = np.nextafter(rows["loss"][0], np.float32(9))
    data = ps.store.encode_chunk(rows, attrs)
    (chunks[0].parent / ps.store.chunks.file_name(2, data)).write_bytes(data)
    with pytest.raises(StoreDamaged, match="one chunk has two results") as caught:
        ps.run(sweep, path)
    assert caught.value.exit_code == 65 and not trained
    assert len(list(chunks[0].parent.iterdir())) == 5 and not path.exists()
