"""``status``: it only reads, counts whatever is intact, and takes nothing on trust."""

from __future__ import annotations

import errno
import importlib
import json
import os

import numpy as np
import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim import store
from phasesim.cli.app import main
from phasesim.errors import Stopped
from phasesim.store import osfs


@pytest.fixture
def running(tiny_sweep, tmp_path, monkeypatch):
    """A running directory of four chunks of two models, all stored."""
    with monkeypatch.context() as patch:
        patch.setattr(planning, "CHUNK_SECONDS", 1e-9)  # a block a chunk
        patch.setattr(importlib.import_module("phasesim.run"), "finish", _stop)
        with pytest.raises(Stopped):
            ps.run(tiny_sweep(n_seeds=4), tmp_path / "x.h5")
    return tmp_path / "x.run"


def _stop(*_, **__):
    raise Stopped("stopped")


@pytest.fixture
def status(capsys):
    """Exit code, document, and stderr of the command."""

    def call(path):
        code = main(["status", str(path), "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else None, err

    return call


def test_lines_of_the_log_that_are_not_whole_are_left_out(running, status):
    good = status(running)[1]
    assert good["done"] == 8 and good["models_per_second"] > 0
    log = running / "log.jsonl"
    (line, *_) = [text for text in log.read_text().splitlines() if '"chunk"' in text]
    whole = json.loads(line)
    wrong = [
        {n: v for n, v in whole.items() if n != "event"}, {**whole, "event": ["chunk"]},
        {**whole, "time": "yesterday"}, {**whole, "time": 3}, {**whole, "seconds": "long"},
        {**whole, "seconds": float("nan")}, {**whole, "seconds": 1e999}, {**whole, "models": None},
        {**whole, "seconds": -1e9}, {**whole, "models": 1e999},
        {n: v for n, v in whole.items() if n != "models"},
    ]  # fmt: skip
    with log.open("a") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in wrong)
        file.write("[" * 100_000 + "\n")
    assert status(running) == (0, good, "")


def test_a_directory_is_read_where_nothing_can_be_written(running, status, monkeypatch):
    before = {p: p.stat().st_mtime_ns for p in running.rglob("*")}

    def read_only(path, *_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    for name in ("open_new", "open_append", "open_lock", "unlink", "rename"):
        monkeypatch.setattr(osfs, name, read_only)
    code, found, err = status(running)
    assert (code, err) == (0, "") and (found["state"], found["done"]) == ("complete", 8)
    next((running / "chunks").iterdir()).unlink()
    assert status(running)[1]["state"] == "stopped"
    assert before.keys() >= set(running.rglob("*"))


@pytest.mark.parametrize("how", [{}, {"shared": True}, {"shard": (0, 2)}])
def test_whoever_holds_the_directory_makes_it_running(running, status, how):
    with store.RunDirectory.open(running).lock(**how):
        assert status(running)[1]["state"] == "running"
    assert status(running)[1]["state"] == "complete"


@pytest.mark.filterwarnings("always:.*does not have the hash in its name")
def test_a_damaged_chunk_is_told_of_and_the_others_are_counted(running, status):
    chunk = min((running / "chunks").iterdir())
    chunk.write_bytes(chunk.read_bytes()[:-1])
    code, found, err = status(running)
    assert code == 0 and err.startswith("warning: ") and "hash in its name" in err
    assert (found["done"], found["total"]) == (6, 8)
    assert found["by_status"] == {"not_run": 2, "ok": 6} and chunk.exists()


@pytest.mark.parametrize("command", ["status", "run"])
def test_a_manifest_nested_absurdly_deep_is_damage(running, capsys, tmp_path, command):
    (running / "manifest.json").write_text("[" * 100_000)
    (tmp_path / "x.toml").write_text("n_features = 2\nn_hidden = 1\n")
    words = {"status": [str(running)], "run": [str(tmp_path / "x.toml"), "--no-cache"]}[command]
    if command == "run":
        words += ["-o", str(tmp_path / "x.h5"), "--quiet"]
    assert main([command, *words]) == 65
    err = capsys.readouterr().err
    assert "manifest.json: not a manifest" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("dtype", "value"), [("uint8", 200), ("uint8", 8), ("float32", 1), ("int8", -1), ("uint64", 1)]
)
def test_statuses_that_are_none_are_damage(tmp_path, capsys, dtype, value):
    layout = store.Layout(
        axes=(), n_seeds=2, fields={"status": store.Field(dtype=dtype, fill=0)}, coords={},
        cell_hash=np.zeros((1, 32), np.uint8),
    )  # fmt: skip
    rows = {
        "cell_hash": np.zeros((2, 32), np.uint8), "seed": np.arange(2, dtype=np.uint32),
        "status": np.array([1, value], dtype),
    }  # fmt: skip
    store.write_final(tmp_path / "x.h5", layout, [store.ArrayPart("rows", rows)])
    assert main(["status", str(tmp_path / "x.h5")]) == 65
    out, err = capsys.readouterr()
    assert out == "" and "'status' does not hold numbers from 0 to 7" in err
    assert err.count("\n") == 1


def test_statuses_of_a_chunk_that_are_none_are_damage(running, capsys):
    run = store.RunDirectory.open(running)
    arrays, attrs = run.read(0)
    arrays["status"][:] = 200
    data = store.encode_chunk(arrays, attrs)
    old = min((running / "chunks").iterdir())
    old.with_name(store.chunks.file_name(0, data)).write_bytes(data)
    old.unlink()
    assert main(["status", str(running)]) == 65
    assert "'status' does not hold" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["status", "info"])
def test_a_manifest_without_configuration_is_damaged(tmp_path, capsys, command):
    store.RunDirectory.create(tmp_path / "x.run", {"cell_fingerprint": "beef"})
    assert main([command, str(tmp_path / "x.run")]) == 65
    told = capsys.readouterr().err
    assert told == f"error: {tmp_path}/x.run: its manifest holds no configuration\n"
