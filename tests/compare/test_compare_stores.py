"""How two stores differ: nothing, settings, coordinates, numbers; and the exit codes of diff."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest

import phasesim as ps
from phasesim import store
from phasesim.cli.app import main


def layout(density=(1.0, 0.5, 0.25), models=("linear", "relu_output"), n_seeds=2, **fields):
    rng = np.random.default_rng(0)
    axes = (
        store.Axis(name="density", path="distribution.density", values=np.array(density)),
        store.Axis(name="model", path="model", values=np.array(models)),
    )
    named = {
        "W": store.Field(dims=("hidden", "feature")),
        "loss": store.Field(),
        "curve": store.Field(dims=("step",)),
        "status": store.Field(dtype="uint8", fill=0),
    }
    count = len(density) * len(models)
    return store.Layout(
        axes=axes,
        n_seeds=n_seeds,
        fields={**named, **fields},
        coords={"hidden": np.arange(2), "feature": np.arange(3), "step": np.arange(1)},
        cell_hash=rng.integers(0, 255, (count, 32)).astype(np.uint8),
    )


def numbers(shape, density, models, n_seeds):
    """Values that depend on the cell and seed only, whatever grid they stand in."""
    out = np.empty((len(density), len(models), n_seeds, *shape), np.float32)
    for i, p in enumerate(density):
        for j, model in enumerate(models):
            for k in range(n_seeds):
                rng = np.random.default_rng([int(p * 1000), len(model), k, len(shape)])
                out[i, j, k] = rng.normal(size=shape)
    return out


def write(path, change=lambda arrays: None, config="n_steps = 20\n", versions=None, **grid):
    """A finished store; ``change`` alters its arrays, each (density, model, seed, …)."""
    made = layout(**grid)
    density, models = (a.values.tolist() for a in made.axes)
    arrays = {
        name: numbers(made.shape(name), density, models, made.n_seeds)
        for name in made.fields
        if name != "status"
    }
    arrays["status"] = np.ones(made.grid, np.uint8)
    change(arrays)
    rows = {name: a.reshape(made.n_rows, *a.shape[3:]) for name, a in arrays.items()}
    rows["cell_hash"] = np.repeat(made.cell_hash, made.n_seeds, axis=0)
    rows["seed"] = np.tile(np.arange(made.n_seeds, dtype=np.uint32), len(made.cell_hash))
    store.write_final(
        path, made, [store.ArrayPart("made up", rows)],
        attrs={"version_jax": "0.7", **(versions or {})}, texts={"config_toml": config},
        replace=True,
    )  # fmt: skip
    return path


@pytest.fixture
def first(tmp_path):
    return write(tmp_path / "a.h5")


@pytest.fixture
def diff(first, tmp_path, capsys):
    """Exit code and what is said, of the first store against a second one."""

    def run(*words, **second):
        other = write(tmp_path / "b.h5", **second)
        code = main(["diff", str(first), str(other), *map(str, words)])
        captured = capsys.readouterr()
        assert captured.err == ""
        # columns are aligned, by as many spaces as it takes
        return code, re.sub(" {2,}", "  ", captured.out)

    return run


def test_the_same_content_is_the_same(diff, first):
    code, out = diff()
    assert (
        code == 0 and out.split() == "same bit by bit W, curve, loss, status of 12 models".split()
    )
    found = ps.compare(first, first)
    assert found and found.models == 12 and set(found.same) == {"W", "loss", "curve", "status"}


def test_a_setting_is_named_by_its_path(diff):
    code, out = diff(config='n_steps = 30\nname = "b"\n[init]\nname = "xavier"\n')
    assert code == 1
    assert "config n_steps" in out and "20 | 30" in out
    assert "config init.name" in out and "not set | xavier" in out


def test_axes_and_seeds_are_compared_by_value(diff):
    code, out = diff(density=(0.25, 1.0, 0.125, 0.75), n_seeds=3)
    assert code == 1
    assert "axis distribution.density  3 values | 4 values, 2 in both" in out
    assert "axis model" not in out and "seeds" in out and "2 | 3" in out
    # what both have is the same although it stands elsewhere
    assert "W, curve, loss, status of 8 models" in out


def test_one_number_is_found(diff, first, tmp_path):
    def change(arrays):
        arrays["W"][1, 0, 1, 0, 2] += 0.5

    code, out = diff(change=change)
    assert code == 1 and "curve, loss, status of 12 models" in out
    line = next(text for text in out.splitlines() if text.startswith("array W"))
    assert "1 of 12 models differ, most by 0.5:" in line
    assert line.endswith("at distribution.density=0.5, model=linear, seed 1")
    (only,) = ps.compare(first, tmp_path / "b.h5").arrays
    a, b = only.place.values
    assert (only.name, only.models) == ("W", 1) and b - a == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("words", "code"),
    [((), 1), (("--atol", 1e-3), 0), (("--atol", 1e-5), 1), (("--rtol", 1e-3), 0)],
)
def test_a_tolerance_lets_numbers_pass(diff, words, code):
    def change(arrays):
        arrays["loss"] += 1e-4 * np.abs(arrays["loss"])

    assert diff(*words, change=change)[0] == code


def test_bits_are_bits(diff):
    def zeros(sign):
        def change(arrays):
            arrays["loss"][:] = sign * 0.0

        return change

    assert diff(change=zeros(1))[0] == 1
    # +0 and -0 are two bit patterns of one number

    def nothing(arrays):
        arrays["loss"][0, 0, 0] = np.nan

    code, out = diff(change=nothing)
    assert code == 1 and "1 of 12 models differ, most by inf" in out and "nan" in out
    assert diff("--atol", 1e9, change=nothing)[0] == 1


def test_nan_is_the_same_as_nan_and_zero_as_minus_zero_within_tolerance(tmp_path):
    def change(value):
        def set_(arrays):
            arrays["loss"][:] = value

        return set_

    nan, other = write(tmp_path / "a.h5", change(np.nan)), write(tmp_path / "b.h5", change(np.nan))
    assert ps.compare(nan, other)
    plus, minus = write(tmp_path / "c.h5", change(0.0)), write(tmp_path / "d.h5", change(-0.0))
    assert not ps.compare(plus, minus) and ps.compare(plus, minus, atol=1e-30)


def test_codes_arrays_and_shapes(diff):
    def change(arrays):
        arrays["status"][2, 1, 0] = 4

    code, out = diff(change=change, extra=store.Field(), curve=store.Field(dims=("feature",)))
    assert code == 1
    assert "array status  1 of 12 models differ, most by 3: 1 | 4" in out
    assert "array extra  only in the second" in out
    assert "array curve  float32 (1,) | float32 (3,)" in out


def test_other_axes_are_not_compared(diff, first, tmp_path):
    code, out = diff(models=("linear",), density=(0.75, 0.7))
    assert code == 1 and "none in both, no numbers compared" in out
    assert ps.compare(first, tmp_path / "b.h5").models == 0


def test_versions_are_told_but_are_no_difference(diff):
    code, out = diff(versions={"version_jax": "0.9"})
    assert code == 0 and "made with jax" in out and "0.7 | 0.9" in out


def test_quiet_and_json(diff):
    assert diff("--quiet", config="n_steps = 3\n") == (1, "")
    code, out = diff("--json")
    assert (code, json.loads(out)["equal"]) == (0, True)
    code, out = diff("--json", n_seeds=1)
    found = json.loads(out)
    assert (code, found["equal"], found["seeds"], found["models"]) == (1, False, [2, 1], 6)


@pytest.mark.parametrize("trouble", ["missing", "folder", "damaged", "no store", "negative"])
def test_trouble_is_2_in_one_line(first, tmp_path, capsys, trouble):
    other, words = tmp_path / "b.h5", []
    shutil.copy(first, other)
    shutil.copy(f"{first}.sha256", f"{other}.sha256")
    if trouble == "missing":
        other = tmp_path / "c.h5"
    elif trouble == "folder":
        other = tmp_path
    elif trouble == "damaged":
        data = bytearray(other.read_bytes())
        data[len(data) // 2] ^= 1
        other.write_bytes(data)
    elif trouble == "no store":
        other.write_text("hello")
    else:
        words = ["--atol", "-1"]
    assert main(["diff", str(first), str(other), *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert captured.err.startswith("error: ")
