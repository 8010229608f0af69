"""The scripts of docs/examples run, on sweeps cut down to a few small models."""

from __future__ import annotations

import runpy
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

import phasesim as ps
from phasesim.plot._boundaries import boundaries_of
from phasesim.sweep import Sweep

SCRIPTS = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.py"))


def small(sweep):
    """The sweep with few steps, seeds and values of an axis."""
    e = sweep.experiment.replace(n_steps=20, batch_size=32)
    axes = [a if len(a.values) < 5 else thinned(a) for a in sweep.axes]
    return Sweep(e, axes=axes, n_seeds=2, name=sweep.name)


def thinned(axis):
    """Three values of an axis, spaced as it is."""
    spacing, (first, last, _) = axis.source
    return getattr(ps, spacing)(axis.path, first, last, 3)


def of(script):
    # all are also run whenever the documentation is built
    marks = [pytest.mark.slow] if script.stem != "five_features" else []
    return pytest.param(script, id=script.stem, marks=marks)


@pytest.mark.parametrize("script", [*map(of, SCRIPTS)])
def test_an_example_runs(script, monkeypatch, tmp_path):
    trained, whole = [], ps.run

    def tiny_run(sweep, *more):
        trained.append(whole(small(sweep), *more))
        return trained[-1]

    monkeypatch.setattr(ps, "run", tiny_run)
    monkeypatch.setattr(boundaries_of, "__defaults__", (3,))
    monkeypatch.chdir(tmp_path)
    space = runpy.run_path(str(script))
    plt.close("all")
    result = space["result"]
    assert (result.status > 0).all()
    assert all(np.isfinite(r.loss).all() for r in trained)
    assert not list(tmp_path.iterdir())


def test_the_style_leaves_a_notebook_showing_figures():
    with matplotlib.rc_context():
        matplotlib.rcParams["interactive"] = False
        with ps.plot.style():
            matplotlib.rcParams["interactive"] = True  # by the backend, at the first figure
        assert matplotlib.rcParams["interactive"]


def test_there_are_examples():
    assert len(SCRIPTS) >= 3


def test_lines_of_theory_over_listed_densities(tiny):
    # the lowest cell of a linear axis ends below 0
    axes = [
        ps.values("distribution.density", [1.0, 0.25, 0.01]),
        ps.values("importance.ratio", [1, 2]),
    ]
    e = tiny(n_features=2, n_hidden=1, importance="last_relative", n_steps=1)
    untrained = ps.Result(Sweep(e, axes=axes), None)
    lines = ps.plot.prepare_boundaries(untrained, n_ratios=2)
    assert np.isfinite(lines.paper[:, 1]).any() and (lines.paper[:, 1] > 0).any()
