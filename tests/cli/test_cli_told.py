"""What commands say: of this machine, of analyses, of completion, and what exports hold."""

import importlib.metadata
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

import phasesim as ps
from phasesim import registry
from phasesim.cli.app import main
from phasesim.export import export

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_doctor_shows_the_extras_that_exist(capsys, monkeypatch):
    version = importlib.metadata.version

    def without(package):
        if package == "h5netcdf":
            raise importlib.metadata.PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr(importlib.metadata, "version", without)
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    shown = {k.removeprefix("extra "): v for k, v in found.items() if k.startswith("extra ")}
    declared = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    accelerators = {name for name, needs in declared.items() if needs[0].startswith("jax[")}
    assert set(shown) == set(declared) - {"dev", "docs", "bench"} - accelerators
    # one of its packages is enough for an extra to be missing
    assert shown.pop("xarray") == "absent: pip install 'phasesim[xarray]'"
    assert set(shown.values()) == {"present"}


def test_analyses_are_listed_a_line_each_and_one_in_full(capsys):
    assert main(["analyse", "--list"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == registry.names("analysis")
    assert "analyse --list NAME" in last
    assert main(["analyse", "--list", "neurons"]) == 0
    head, *outputs = capsys.readouterr().out.splitlines()
    assert head.startswith("neurons: ") and "n_samples=" in head
    assert any(line.startswith("  n_drivers (hidden)") for line in outputs)
    assert main(["analyse", "--list", "neurns"]) == 2
    assert "did you mean 'neurons'?" in capsys.readouterr().err


def test_an_analysis_is_not_called_training(tmp_path, capsys, tiny_sweep):
    path = tmp_path / "tiny.h5"
    assert "4 of 4 models trained to their last step>" in repr(ps.run(tiny_sweep(), path))
    assert main(["analyse", str(path), "packing"]) == 0
    said = capsys.readouterr().err
    assert "4 of 4 models, " in said and " models/s, " in said and "model-steps" not in said
    assert "4 of 4 models analysed>" in said and "trained" not in said


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (None, True),
        ("export A=1", True),
        ("# compinit comes later\n", True),
        ("autoload -Uz compinit\ncompinit -u\n", False),
        ("source $ZSH/oh-my-zsh.sh\n", False),
    ],
)
def test_zsh_completes_after_its_installation(before, added, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("ZSH", "ZSH_CUSTOM"):
        monkeypatch.delenv(variable, raising=False)
    startup = tmp_path / ".zshrc"
    if before is not None:
        startup.write_text(before)
    assert main(["completion", "zsh", "--install"]) == 0
    (path,) = tmp_path.rglob("_*phasesim")
    assert capsys.readouterr().err.startswith(f"{path}: written")
    text = startup.read_text()
    lines = text.splitlines()
    assert (before or "") in text
    # completion is started once, and after its folder is known
    started = [i for i, line in enumerate(lines) if line == "autoload -Uz compinit && compinit"]
    assert len(started) == added
    assert lines.index(f"fpath=({path.parent} $fpath)") < (started or [len(lines)])[0]
    assert main(["completion", "zsh", "--install"]) == 0
    assert startup.read_text() == text


def awkward(key, x):
    return {"file": x, "allow_pickle": 2 * x, "compress": 3 * x}


def test_an_archive_holds_every_array_whatever_its_name(tmp_path):
    result = ps.sweep_function(awkward, [ps.values("x", [0.5, 1.0])], n_seeds=2)
    export(result, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as made:
        assert set(made.files) == {*result.names(), "coord:x"}
        assert {"file", "allow_pickle", "compress"} <= set(made.files)
        for name in result.names():
            np.testing.assert_array_equal(made[name], result.stored(name))
            assert made[name].dtype == result.stored(name).dtype
        np.testing.assert_array_equal(made["coord:x"], [0.5, 1.0])
    export(result, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
