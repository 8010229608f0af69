"""Schemas: what released versions wrote still opens, older ones are read as newer ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import store_sample as sample

from phasesim import store
from phasesim.errors import StoreDamaged
from phasesim.store import manifest, schema

RELEASED = Path(__file__).parent / "released"


@pytest.mark.parametrize("path", sorted(RELEASED.glob("*.hdf5")), ids=lambda p: p.name)
def test_final_files_of_released_versions_open(path):
    rows = sample.rows()
    with store.open_final(path) as final:
        assert final.attrs["schema"] == schema.SCHEMA and final.config_toml
        for name in ("W", "loss", "status"):
            found = final.read(name).reshape(rows[name].shape)
            np.testing.assert_array_equal(found, rows[name])


@pytest.mark.parametrize("path", sorted(RELEASED.glob("*.running")), ids=lambda p: p.name)
def test_running_directories_of_released_versions_go_on(path, tmp_path):
    shutil.copytree(path, tmp_path / "x.run")
    run = store.RunDirectory.open(tmp_path / "x.run")
    assert set(run.completed()) == {0, 2}
    np.testing.assert_array_equal(run.read(2)[0]["W"], sample.rows(sample.plan()[2])["W"])
    assert sample.sweep(tmp_path / "x.h5") == sample.sweep(tmp_path / "fresh.h5")


def test_every_released_schema_has_its_files():
    assert list(RELEASED.glob("*.hdf5")) and list(RELEASED.glob("*.running"))


def test_every_older_schema_has_a_step_to_the_next():
    assert sorted(schema.UPGRADES) == list(range(1, schema.SCHEMA))


@pytest.fixture
def second_schema(monkeypatch):
    """As if stores had come to name their maker otherwise since the first schema."""
    monkeypatch.setattr(schema, "SCHEMA", 2)
    monkeypatch.setitem(schema.UPGRADES, 1, lambda old: {**old, "made_with": old["phasesim"]})


def test_an_older_store_is_read_as_a_newer_one_and_left_as_it_is(tmp_path, second_schema):
    final = tmp_path / "x.h5"
    sample.sweep(final)
    before = final.read_bytes()
    run = store.RunDirectory.create(tmp_path / "y.run", {**sample.MANIFEST, "schema": 1})
    assert run.manifest["schema"] == 2 and run.manifest["made_with"] == run.manifest["phasesim"]
    assert b'"schema": 1' in (run.path / "manifest.json").read_bytes()
    with store.open_final(final) as file:
        assert file.attrs["schema"] == 2 and file.attrs["made_with"] == file.attrs["phasesim"]
    assert final.read_bytes() == before


def test_an_older_manifest_is_still_held_to_its_checksum(tmp_path, second_schema):
    run = store.RunDirectory.create(tmp_path / "y.run", {**sample.MANIFEST, "schema": 1})
    path = run.path / "manifest.json"
    path.write_text(path.read_text().replace("sample", "simple"))
    with pytest.raises(StoreDamaged, match="not what was written"):
        store.RunDirectory.open(run.path)


@pytest.mark.parametrize("wrong", [None, "1", 0, -1, 1.0])
def test_what_has_no_schema_is_damage(tmp_path, wrong):
    path = tmp_path / "manifest.json"
    path.write_bytes(manifest.encode({"schema": wrong, "carried": []}))
    with pytest.raises(StoreDamaged):
        manifest.load(path)
