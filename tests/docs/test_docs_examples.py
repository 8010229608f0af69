"""The scripts of docs/examples run, on sweeps cut down to a few small models."""

from __future__ import annotations

import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import phasesim as ps
from phasesim.sweep import Sweep

SCRIPTS = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.py"))


def small(sweep):
    """The sweep with few steps, seeds and values of an axis."""
    e = sweep.experiment.replace(n_steps=20, batch_size=32)
    axes = [a if len(a.values) < 5 else ps.values(a.path, a.values[::6]) for a in sweep.axes]
    return Sweep(e, axes=axes, n_seeds=2, name=sweep.name)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_runs(script, monkeypatch, tmp_path):
    trained, whole = [], ps.run

    def tiny_run(sweep, *more):
        trained.append(whole(small(sweep), *more))
        return trained[-1]

    monkeypatch.setattr(ps, "run", tiny_run)
    monkeypatch.chdir(tmp_path)
    space = runpy.run_path(str(script))
    plt.close("all")
    result = space["result"]
    assert (result.status > 0).all()
    assert all(np.isfinite(r.loss).all() for r in trained)
    assert not list(tmp_path.iterdir())


def test_there_are_examples():
    assert len(SCRIPTS) >= 3
