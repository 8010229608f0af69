"""Every published figure says what it is, and how it is made."""

from __future__ import annotations

import tomllib

import pytest
from tiny_figures import tiny_sweep

import phasesim as ps
from phasesim import catalogue, gallery

NAMES = gallery.names()


@pytest.mark.parametrize("name", NAMES)
def test_it_says_how_it_is_made_and_where_it_is_from(name):
    text = gallery.module_path(name).read_text()
    assert len(text.splitlines()) <= 40
    said, about = catalogue.header(name), gallery.summary(name)
    assert set(said) == {"title", "command", "hardware", "expected"} and all(said.values())
    assert said["command"] == f"phasesim figure {name}"
    assert "cores" in said["hardware"] and "models" in said["hardware"]
    assert about["summary"].endswith(".") and about["reference"]
    settings = tomllib.loads((gallery.folder() / f"{gallery.source_of(name)}.toml").read_text())
    assert "paper" in settings["scale"]
    gallery.sweep_of(name, "paper")


def test_figures_that_differ_only_in_what_they_train_share_a_module():
    assert gallery.module_path("basic-stack-80x20").name == "basic_stack.py"
    assert gallery.module_path("phase-2x1").name == "phase_2x1.py"
    assert gallery.module_path("no-such-figure").name == "no_such_figure.py"


def test_figures_of_the_same_sweep_train_it_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sweep = tiny_sweep("dim-star")
    ps.run(sweep, "dim-star.h5")
    for damaged in ("phase-2x1.h5", "dim-scatter.h5"):
        (tmp_path / damaged).write_bytes(b"not a store")
    (tmp_path / "dim-scatter.h5").unlink()
    found = gallery.result_of("dim-scatter", sweep, None, train=False)
    assert found.path.name == "dim-star.h5"
    assert gallery.scale_of("dim-scatter", gallery.sweep_of("dim-star")) == "default"
    assert gallery.scale_of("dim-star", gallery.sweep_of("dim-star", "paper")) == "paper"
    with pytest.raises(ps.errors.UsageError, match="no store of this figure"):
        gallery.result_of("intro-pentagon", tiny_sweep("intro-pentagon"), None, train=False)


def test_the_committed_page_is_the_one_its_figures_make():
    folder = gallery.folder()
    assert (folder / "README.md").read_text() == catalogue.page(folder)


def test_at_least_nine_in_ten_committed_assertions_hold_and_most_one_a_figure_fails():
    drawn = [n for n in NAMES if (gallery.folder() / f"{n}.json").is_file()]
    reports = {name: gallery.assertions(name, gallery.folder()) for name in drawn}
    failed = {name: sum(not row["passed"] for row in rows) for name, rows in reports.items()}
    assert max(failed.values()) <= 1, failed
    assert sum(failed.values()) <= 0.1 * sum(map(len, reports.values()))
    for name, rows in reports.items():
        assert len(rows) >= 3, name
        assert any(not row["control"]["passed"] for row in rows), name


DRAW = """
    import hashlib, os, pathlib
    folder = pathlib.Path({folder!r})
    folder.mkdir()
    os.chdir(folder)
    from phasesim import gallery
    from phasesim.result import open_result
    result = open_result({store!r})
    for path in gallery.draw({name!r}, result, "best", folder / {name!r}):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""


def test_the_files_of_a_figure_do_not_depend_on_the_process(python, tmp_path):
    name, path = "intro-pentagon", tmp_path / "intro-pentagon.h5"
    ps.run(tiny_sweep(name), path)
    places = {
        "one": {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        "two": {"TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    }
    one, two = (
        python(DRAW.format(folder=str(tmp_path / k), store=str(path), name=name), env=env)
        for k, env in places.items()
    )
    assert one == two and one.count("intro-pentagon.") == 3
