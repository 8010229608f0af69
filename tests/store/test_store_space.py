"""Room on the disk: a sweep that will not fit says so before it trains, and loses nothing."""

from __future__ import annotations

import shutil

import pytest
import store_sample as sample

from phasesim import store
from phasesim.errors import StoreIOError, one_line


def disk(free, total=1 << 40):
    return type("usage", (), {"total": total, "free": free})()


def test_a_disk_too_small_for_the_rest_is_refused_in_one_line(tmp_path, monkeypatch):
    layout = sample.layout()
    assert layout.n_rows == 18 and layout.row_bytes == 4 * 2 * 3 + 4 + 1
    enough = 1.1 * layout.row_bytes * (18 + 18) + 2 * store.space.OVERHEAD
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk(enough))
    store.need_space(tmp_path, layout, 18)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk(enough - 2))
    store.need_space(tmp_path, layout, 9)  # half of the chunks are there already
    with pytest.raises(StoreIOError, match=r"MB are free, .* needed for 18 more models") as caught:
        store.need_space(tmp_path, layout, 18)
    assert one_line(str(caught.value)) == str(caught.value) and caught.value.exit_code == 74


def test_a_file_system_that_does_not_tell_is_believed_to_have_room(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: disk(0, total=0))
    store.need_space(tmp_path, sample.layout(), 10**9)


def test_a_vanished_directory_is_an_error_of_the_system(tmp_path):
    with pytest.raises(StoreIOError, match="free space"):
        store.need_space(tmp_path / "gone", sample.layout(), 1)


def test_a_sweep_stops_before_training_and_goes_on_when_there_is_room(
    tiny_sweep, tmp_path, monkeypatch
):
    import phasesim as ps

    path = tmp_path / "x.h5"
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda path: disk(1000))
        full.setattr("phasesim.execute.Executor.run", lambda *_: pytest.fail("trained"))
        with pytest.raises(StoreIOError, match="make room"):
            ps.run(tiny_sweep(), path)
    with ps.run(tiny_sweep(), path) as result:
        assert (result.status == 1).all()
