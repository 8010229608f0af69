"""Files from elsewhere: a child process looks through them first, and may die of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import h5py
import pytest
import store_sample as sample

from phasesim import store
from phasesim.errors import StoreDamaged, StoreIOError, StoreNewer
from phasesim.store import elsewhere, known, reader


@pytest.fixture
def final(tmp_path):
    path = tmp_path / "x.h5"
    store.write_final(path, sample.layout(), [store.ArrayPart("all", sample.rows())])
    return path


def replaced_child(monkeypatch, code):
    monkeypatch.setattr(elsewhere, "_CHILD", code)


def test_a_good_file_comes_through(final):
    with store.open_final(final, verify=False) as file:
        assert file.n_seeds == sample.N_SEEDS


@pytest.fixture
def looked(monkeypatch):
    """The files that a child was asked to look through."""
    found = []
    for module in ("reader", "elsewhere"):
        monkeypatch.setattr(f"phasesim.store.{module}.check_elsewhere", found.append)
    return found


def test_a_file_of_this_user_needs_no_child(final, looked):
    store.open_final(final).close()
    store.open_final(final, expected=store.sha256_file(final)).close()
    store.open_unhashed(final).close()
    assert not looked


@pytest.mark.parametrize("way", [store.open_final, store.open_unhashed])
def test_a_file_from_elsewhere_is_looked_through_once_whatever_its_checksum_says(
    final, tmp_path, looked, monkeypatch, way
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache of somebody else"))
    way(final).close()
    assert looked == [final]
    way(final).close()
    assert looked == [final]
    # other content of the same size, with the time of the old one put back
    before, data = final.stat(), bytearray(final.read_bytes())
    with final.open("r+b") as file:
        file.write(data)
    os.utime(final, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert final.stat().st_ino == before.st_ino and final.stat().st_mtime_ns == before.st_mtime_ns
    way(final).close()
    assert looked == [final, final]


def test_a_crafted_file_with_its_checksum_is_not_opened_here(final, tmp_path, monkeypatch):
    crafted = tmp_path / "crafted.h5"
    crafted.write_bytes(final.read_bytes())
    store.sidecar_path(crafted).write_text(f"{store.sha256_file(crafted)}  crafted.h5\n")
    replaced_child(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    opened = []
    monkeypatch.setattr("phasesim.store.reader.open_checked", opened.append)
    for _ in range(2):
        with pytest.raises(StoreDamaged, match="signal 11"):
            store.open_final(crafted)
    assert not opened


def test_many_small_bombs_are_a_large_one(final):
    with h5py.File(final, "r+") as file:
        for n in range(24):
            file.create_dataset(f"extra{n}", (60, 10**6), "f4", chunks=(1, 10**6))
    with pytest.raises(StoreDamaged, match=r"'extra\d+' declares 240000000 bytes but stores 0"):
        store.open_final(final, verify=False)
    # no more is declared than a file of constants may
    with h5py.File(final, "r+") as file:
        for n in range(1, 24):
            del file[f"extra{n}"]
    reader.open_checked(final).close()


def test_more_than_a_sweep_can_be_is_refused_however_much_is_stored(final, monkeypatch):
    monkeypatch.setattr("phasesim.store.guard.MAX_TOTAL_BYTES", 100)
    with pytest.raises(StoreDamaged, match=r"brings the declared size to \d+ bytes"):
        reader.open_checked(final)


def test_the_child_takes_from_itself_what_reading_does_not_need(final, monkeypatch):
    done = []
    monkeypatch.setattr(elsewhere, "limit_process", lambda: done.append("limited"))
    monkeypatch.setattr(elsewhere, "examine", lambda path: done.append("read"))
    assert elsewhere.main(str(final)) == 0 and done == ["limited", "read"]


def test_a_file_open_elsewhere_in_this_process_is_not_called_damaged(final):
    with h5py.File(final, "r", locking=True):
        with pytest.raises(StoreIOError, match="close it there first"):
            store.open_final(final)
    store.open_final(final).close()


def test_where_no_note_can_be_kept_every_reading_asks_a_child(final, tmp_path, looked, monkeypatch):
    (tmp_path / "not a folder").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "not a folder"))
    for _ in range(2):
        store.open_final(final).close()
    assert looked == [final, final]


def test_old_notes_make_room(final, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(known, "KEPT", 3)
    paths = [tmp_path / f"{n}" for n in range(10)]
    for n, path in enumerate(paths):
        path.write_bytes(b"x" * n)
        known.note_known(path)
        assert known.is_known(path)
    assert not known.is_known(paths[0])
    assert len((tmp_path / "phasesim/files/known.txt").read_text().splitlines()) <= 6


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
        ("import sys; sys.exit(9)", "code 9"),
        ("import time; time.sleep(60)", "did not end within"),
        ('print(\'{"kind": "SystemExit"}\'); raise SystemExit(1)', "code 1"),
    ],
)
def test_a_child_that_does_not_come_through_is_damage(final, monkeypatch, code, said):
    replaced_child(monkeypatch, code)
    monkeypatch.setattr(elsewhere, "PATIENCE", 2.0)
    final.with_name("x.h5.sha256").unlink()
    with pytest.warns(UserWarning, match="not verified"), pytest.raises(StoreDamaged, match=said):
        store.open_final(final)


def test_what_the_child_found_keeps_its_kind(final, monkeypatch):
    told = json.dumps({"kind": "StoreNewer", "text": "made by phasesim 9.9"})
    replaced_child(monkeypatch, f"print({told!r}); raise SystemExit(1)")
    with pytest.raises(StoreNewer, match=r"9\.9") as caught:
        store.open_final(final, verify=False)
    assert caught.value.exit_code == 2


LIMITED = """
import os, sys
from phasesim.store.elsewhere import limit_process
limit_process()
out = open(sys.argv[1], "wb", buffering=0)
for attempt in (lambda: bytearray(6 << 30), lambda: out.write(b"x" * 9)):
    try:
        attempt()
    except (MemoryError, OSError) as error:
        print(type(error).__name__)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_the_child_has_little_memory_and_cannot_write(tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "out")],
        capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [os.getcwd(), *sys.path]))},
    )  # fmt: skip
    assert done.stdout.split() == ["MemoryError", "OSError"]
    assert (tmp_path / "out").read_bytes() == b""
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before


def test_examining_stops_when_enough_is_read(final, monkeypatch):
    read = []
    monkeypatch.setattr("phasesim.store.reader.FinalPart.read", lambda self: read.append(self))
    monkeypatch.setattr("phasesim.store.reader._PART_BYTES", 40)
    elsewhere.examine(final, enough=-1.0)
    assert len(read) == 1
    elsewhere.examine(final)
    assert len(read) > 4


def test_the_hash_is_not_asked_on_request_and_a_child_looks_instead(final, capsys, looked):
    from phasesim.cli.app import main

    good = store.sidecar_path(final).read_text()
    store.sidecar_path(final).write_text("0" * 64 + "  x.h5\n")
    assert main(["info", str(final)]) == 65 and not looked
    assert "SHA-256" in capsys.readouterr().err
    # it goes on to read the sample, which has no sweep's configuration
    assert main(["info", "--no-verify", str(final)]) == 65 and looked == [final]
    assert "differ in axes" in capsys.readouterr().err
    with pytest.raises(StoreDamaged, match="SHA-256"):
        store.open_final(final)
    store.sidecar_path(final).write_text(good)


def test_a_flipped_bit_in_a_text_is_noticed_without_the_hash_of_the_file(tmp_path):
    path, texts = tmp_path / "x.h5", {"config_toml": "n_features = 3"}
    store.write_final(path, sample.layout(), [store.ArrayPart("all", sample.rows())], texts=texts)
    data = path.read_bytes()
    assert data.count(b"n_features = 3") == 1
    path.write_bytes(data.replace(b"n_features = 3", b"n_features = 7"))
    with pytest.raises(StoreDamaged, match="texts"):
        store.open_final(path, verify=False)
