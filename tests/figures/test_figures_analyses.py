"""Figures of analyses: the models of another file, measured where that was not done yet."""

from __future__ import annotations

import json
from typing import ClassVar

import numpy as np
import pytest

import phasesim as ps
from phasesim import gallery, plot, registry
from phasesim.cli.app import main
from phasesim.fields import static
from phasesim.interpret._base import Analysis, Output
from phasesim.source import Arrays

SETTINGS = """
source = "tiny"
analyses = [{ name = "lengths", power = 2 }]
"""
MODULE = '''
"""Lengths of directions."""
from matplotlib.figure import Figure
from phasesim import plot

def draw(result, *, reduction="best"):
    found = result.analysis("lengths-power-2")
    figure = Figure(figsize=(plot.SINGLE, 2))
    plot.output_curves(found, {"length": "length"}, "feature", ax=figure.subplots())
    return figure

def check(result):
    found = result.analysis("lengths-power-2")
    return [plot.output_assertion(found, "length", "> 0", lambda v: v > 0, "length", "length")]
'''


@pytest.fixture
def lengths():
    """A cheap analysis, registered while a test runs."""

    @ps.part("phasesim, this test")
    class lengths(Analysis):
        """Length of each direction, to a power."""

        power: int = static(1, "which", low=1)
        outputs: ClassVar = {"length": Output(("feature",), "length of a direction")}

        def measure(self, params, experiment, key):
            return {"length": (params["W"] ** 2).sum(axis=0) ** (self.power / 2)}

    yield lengths
    registry._registered.pop(("analysis", "lengths"))


@pytest.fixture
def folder(lengths, tmp_path, monkeypatch, tiny_sweep):
    monkeypatch.setattr(gallery, "folder", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(tiny_sweep().to_toml())
    (tmp_path / "tiny-lengths.toml").write_text(SETTINGS)
    (tmp_path / "tiny_lengths.py").write_text(MODULE)
    return tmp_path


def test_it_measures_the_models_of_another_file_once(folder, capsys):
    assert gallery.names() == ["tiny-lengths"] and gallery.source_of("tiny-lengths") == "tiny"
    assert gallery.summary("tiny-lengths")["fields"] == ["distribution.density"]
    assert main(["figure", "tiny-lengths", "--no-train"]) == 2
    assert f"phasesim run {folder / 'tiny.toml'} -o tiny.h5" in capsys.readouterr().err
    ps.run(gallery.sweep_of("tiny-lengths"), "tiny.h5")
    assert main(["figure", "tiny-lengths", "--no-train"]) == 2
    assert "phasesim analyse tiny.h5" in capsys.readouterr().err
    assert main(["figure", "tiny-lengths", "--quiet"]) == 0
    made = folder / "tiny.lengths-power-2.h5"
    before = made.stat().st_mtime_ns
    report = json.loads((folder / "tiny-lengths.json").read_text())
    assert report["scale"] == "default" and report["assertions"][0]["passed"]
    assert main(["figure", "tiny-lengths", "--no-train", "--quiet"]) == 0
    assert made.stat().st_mtime_ns == before


@pytest.fixture
def found():
    """Two cells of one seed each; entry k of cell c is 10 c + k, one is undefined."""
    values = 10 * np.arange(2)[:, None, None] + np.arange(3.0)
    values[0, 0, 2] = np.nan
    arrays = {"roles": values, "status": np.ones((2, 1), "u1"), "loss": np.zeros((2, 1))}
    dims = {n: ("density", "seed", "place")[: v.ndim] for n, v in arrays.items()}
    sweep = ps.Sweep(ps.Experiment(), axes=[ps.values("distribution.density", [0.1, 0.2])])
    return ps.Result(sweep, Arrays(arrays, dims, {"place": np.array([0.0, 0.5, 1.0])}))


def test_outputs_are_averaged_where_they_are_defined(found):
    np.testing.assert_array_equal(plot.output_values(found, "roles"), [[0.5], [11]])
    np.testing.assert_array_equal(plot.output_values(found, "roles", at={"place": 0.6}),
                                  [[1], [11]])  # fmt: skip
    kept = plot.output_values(found, "roles", keep="place")
    np.testing.assert_array_equal(kept, found.stored("roles"))
    assert plot.output_mean(found, "roles") == 5.75
