"""The command line as a user meets it: exit codes, one-line errors, JSON documents."""

import json
import os
import sys

import pytest

from phasesim.cli.app import main

TOML = """
name = "tiny"
n_features = 2
n_hidden = 1
batch_size = 64
n_steps = 20
importance = { name = "last_relative", ratio = 1.0 }
[sweep]
n_seeds = 2
axes = [ { path = "distribution.density", values = [0.1, 0.5] },
         { path = "importance.ratio", geomspace = [0.5, 2.0, 3] } ]
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(TOML)
    return tmp_path


@pytest.fixture
def call(capsys):
    def run(*words):
        code = main([str(w) for w in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    (folder / "tiny.toml").write_text(TOML)
    path = folder / "tiny.h5"
    assert main(["run", str(folder / "tiny.toml"), "-o", str(path), "--quiet", "--no-cache"]) == 0
    return path


def test_run_writes_then_says_complete_then_extends(here, call):
    code, out, err = call("run", "tiny.toml", "--no-cache")
    assert (code, out) == (0, "") and "tiny.h5: written" in err
    before = (here / "tiny.h5").read_bytes()
    code, _, err = call("run", "tiny.toml", "--no-cache")
    assert code == 0 and "tiny.h5: complete" in err
    assert (here / "tiny.h5").read_bytes() == before
    code, out, err = call("run", "tiny.toml", "--no-cache", "--set", "sweep.n_seeds=3", "--json")
    assert code == 0 and json.loads(out)["total"] == 18


def test_another_experiment_in_the_same_place_is_refused_by_field(here, call):
    assert call("run", "tiny.toml", "--quiet", "--no-cache")[0] == 0
    held = (here / "tiny.h5").read_bytes()
    code, out, err = call("run", "tiny.toml", "--quiet", "--set", "optimizer.learning_rate=0.5")
    assert (code, out) == (2, "") and "optimizer.learning_rate" in err and "--fresh" in err
    assert err.count("\n") == 1 and (here / "tiny.h5").read_bytes() == held
    words = ("run", "tiny.toml", "--quiet", "--no-cache", "--fresh")
    assert call(*words, "--set", "optimizer.learning_rate=0.5")[0] == 0
    assert (here / "tiny.h5.1.old").read_bytes() == held


def test_dry_run_has_its_keys_and_writes_nothing(here, call):
    code, out, _ = call("run", "tiny.toml", "--dry-run", "--json", "--no-cache")
    planned = json.loads(out)
    assert code == 0
    assert set(planned) == {
        "models", "cohorts", "compilations", "lane_width", "chunks", "bytes",
        "peak_memory_bytes", "seconds", "output",
    }  # fmt: skip
    assert planned["models"] == 12 and planned["cohorts"] == planned["compilations"] == 1
    assert planned["seconds"] > 0 and planned["output"] == "tiny.h5"
    assert sorted(p.name for p in here.iterdir()) == ["tiny.toml"]


def test_status_and_info_of_a_finished_store(finished, call):
    code, out, _ = call("status", finished, "--json")
    assert code == 0 and json.loads(out) == {
        "state": "complete", "done": 12, "total": 12, "by_status": {"ok": 12},
        "models_per_second": None, "eta_seconds": 0.0,
    }  # fmt: skip
    code, out, _ = call("info", finished, "--json")
    found = json.loads(out)
    assert code == 0 and found["name"] == "tiny" and found["n_seeds"] == 2
    assert [a["name"] for a in found["axes"]] == ["density", "ratio"]
    assert found["axes"][1] == {
        "path": "importance.ratio", "name": "ratio", "size": 3, "first": 0.5, "last": 2.0,
    }  # fmt: skip
    assert found["config"]["n_steps"] == 20 and len(found["fingerprint"]) == 64
    assert found["versions"]["jax"] and "cpu" in found["device"]


def test_list_names_every_part_with_fields_and_source(call):
    code, out, _ = call("list", "--json")
    entries = json.loads(out)
    assert code == 0
    assert all(set(e) == {"kind", "name", "summary", "fields", "reference"} for e in entries)
    assert all(e["summary"] and e["reference"] for e in entries)
    named = {(e["kind"], e["name"]) for e in entries}
    assert {("distribution", "sparse_uniform"), ("metric", "phase")} <= named
    code, out, _ = call("list", "schedule")
    assert code == 0 and "warmup_steps=100" in out


def test_theory_prints_candidates_optimum_and_boundaries(call):
    words = ("--n-features", 2, "--n-hidden", 1)
    code, out, _ = call("theory", "phase", *words, "--density", 0.1, "--ratio", 0.5, "--json")
    found = json.loads(out)
    assert code == 0 and found["argmin"] == "superpose"
    assert found["candidates"]["superpose"] == pytest.approx(1.5 * 0.01 / 6)
    assert found["optimum"]["phase"] == ["superposed", "superposed"]
    assert found["optimum"]["loss"] < found["candidates"]["superpose"]
    code, out, _ = call("theory", "boundary", *words, "--ratio", 0.3, 0.1, "--json")
    rows = json.loads(out)
    assert code == 0 and [r["ratio"] for r in rows] == [0.3, 0.1]
    assert rows[0]["density_paper"] == pytest.approx(1.2 / 3.5)
    assert rows[0]["density_half"] == pytest.approx(0.3753, abs=0.002)


def test_config_init_show_check(here, call):
    code, _, err = call("config", "init", "mine")
    assert code == 0 and "mine.toml" in err
    code, out, _ = call("config", "check", "mine.toml")
    assert code == 0 and "20 × 20 × 4 = 1,600 models" in out
    code, _, err = call("config", "init", "mine")
    assert code == 2 and "exists already" in err
    code, out, _ = call("config", "show", "mine.toml", "--set", "n_steps=7")
    (here / "shown.toml").write_text(out)
    code, again, _ = call("config", "show", "shown.toml")
    assert code == 0 and again == out and "n_steps = 7" in out


@pytest.mark.parametrize("ending", ["csv", "npz", "nc"])
def test_export_writes_once(finished, here, call, ending):
    code, _, err = call("export", finished, "-o", f"x.{ending}")
    assert (code, err) == (0, "")
    size = (here / f"x.{ending}").stat().st_size
    code, _, err = call("export", finished, "-o", f"x.{ending}")
    assert code == 2 and "exists already" in err
    assert (here / f"x.{ending}").stat().st_size == size > 0


def test_merge_builds_the_final_file_of_a_complete_run(here, call):
    words = ("run", "tiny.toml", "--quiet", "--no-cache", "--keep-run")
    assert call(*words)[0] == 0
    expected = (here / "tiny.h5").read_bytes()
    (here / "tiny.h5").unlink()
    (here / "tiny.h5.sha256").unlink()
    code, out, _ = call("status", "tiny.run", "--json")
    assert code == 0 and json.loads(out)["state"] == "complete"
    assert call("merge", "tiny.h5") == (0, "", "")
    assert (here / "tiny.h5").read_bytes() == expected and not (here / "tiny.run").exists()


def test_merge_refuses_what_is_not_complete(here, call):
    call("run", "tiny.toml", "--quiet", "--no-cache", "--keep-run")
    (here / "tiny.h5").unlink()
    for chunk in (here / "tiny.run" / "chunks").iterdir():
        chunk.unlink()
    code, out, err = call("merge", "tiny.h5")
    assert (code, out) == (2, "") and "0 of 12 models are trained" in err


def test_a_missing_extra_names_the_pip_command(finished, here, call, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    code, out, err = call("export", finished, "-o", "x.nc")
    assert (code, out) == (2, "") and "pip install 'phasesim[xarray]'" in err
    assert not (here / "x.nc").exists()


def test_exported_csv_has_a_line_a_model(finished, here, call):
    call("export", finished, "-o", "x.csv")
    lines = (here / "x.csv").read_text().splitlines()
    assert len(lines) == 13 and lines[0].startswith("distribution.density,importance.ratio,seed,")


def test_a_pipe_is_no_configuration(tmp_path, capsys):
    os.mkfifo(tmp_path / "x.toml")
    assert main(["run", str(tmp_path / "x.toml")]) == 2
    told = capsys.readouterr().err
    assert told == f"error: {tmp_path}/x.toml: not a regular file, expected a TOML file\n"


@pytest.mark.parametrize("command", ["info", "status"])
def test_a_pipe_is_no_store(command, tmp_path, capsys):
    os.mkfifo(tmp_path / "x.h5")
    assert main([command, str(tmp_path / "x.h5")]) == 2
    assert capsys.readouterr().err == (
        f"error: {tmp_path}/x.h5: not a regular file, expected NAME.h5 or NAME.run\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["frobnicate"], 2, "frobnicate"),
        (["run"], 2, "sweep"),
        (["run", "none.toml"], 2, "none.toml: no such file"),
        (["run", "tiny.toml", "--nonsense"], 2, "--nonsense"),
        (["run", "tiny.toml", "--memory", "lots"], 2, "--memory: found 'lots'"),
        (["run", "tiny.toml", "--platform", "abacus"], 2, "--platform: found 'abacus'"),
        (["run", "tiny.toml", "--set", "n_step=3"], 2, "did you mean 'n_steps'?"),
        (["run", "tiny.toml", "--scale", "huge"], 2, "expected a table [scale.huge]"),
        (["run", "."], 2, "is a folder"),
        (["status", "none.h5"], 2, "no such store"),
        (["info", "none.h5"], 2, "no such store"),
        *((words, 2, "tiny.toml: found a configuration, expected a store, make it with: "
           "phasesim run tiny.toml") for words in (
            ["status", "tiny.toml"], ["info", "tiny.toml"], ["diff", "tiny.toml", "tiny.toml"],
            ["export", "tiny.toml", "-o", "x.nc"], ["analyse", "tiny.toml", "neurons"],
            ["explore", "tiny.toml"])),
        (["run", "tiny.toml", "--set", "importance.ratio=2"], 2, "--set importance.ratio: is set"),
        (["merge", "none.h5"], 2, "none.run"),
        (["run", "tiny.toml", "-o", "."], 2, "expected a file NAME.h5"),
        (["figure", "phase-2x1", "--reduce", "bst"], 2, "did you mean 'best'?"),
        (["figure", "phase-2x1", "-o", "x.svg"], 2, "expected .png or .pdf"),
        (["list", "regularizer", "--json", "--nope"], 2, "--nope"),
        (["figure"], 2, "--list"),
        (["figure", "no-such-figure"], 2, "no figure 'no-such-figure'"),
        (["figure", "phase-2x1", "--no-train"], 2, "phasesim run"),
        (["list", "colour"], 2, "no kind 'colour'"),
        (["theory", "phase", "--n-features", "2", "--n-hidden", "1", "--density", "2",
          "--ratio", "1"], 2, "density"),
        (["export", "none.h5", "-o", "x.nc"], 2, "none.h5"),
        (["--plugins"], 2, "--plugins"),
        (["list", "--plugins", "no-such-folder"], 2, "expected a folder"),
    ],
)  # fmt: skip
def test_mistakes_give_one_line_and_a_code(here, call, words, code, expected):
    found, out, err = call(*words)
    assert (found, out) == (code, "")
    assert err.startswith("error: ") and err.count("\n") == 1 and expected in err


def test_a_damaged_store_exits_65(finished, here, call):
    data = bytearray(finished.read_bytes())
    data[len(data) // 2] ^= 1
    (here / "bad.h5").write_bytes(data)
    digest = (finished.parent / "tiny.h5.sha256").read_text()
    (here / "bad.h5.sha256").write_text(digest)
    code, out, err = call("info", "bad.h5")
    assert (code, out) == (65, "") and "SHA-256" in err


def test_a_failing_program_exits_70_in_one_line(here, call, monkeypatch):
    import phasesim.cli.config as command

    def broken(*args, **kwargs):
        raise RuntimeError("some\nbug")

    monkeypatch.setattr(command, "load_sweep", broken)
    code, _, err = call("config", "check", "tiny.toml")
    assert code == 70 and err.count("\n") == 1 and "PHASESIM_DEBUG" in err
