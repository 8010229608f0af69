"""The artists that the plots leave on their Axes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.patches import PathPatch

import phasesim as ps
from phasesim import plot
from phasesim.result import Arrays, Result
from phasesim.status import Status

ROOT = Path(__file__).parents[2]
MARKS = {"failed", "not run", "undertrained"}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def make(*, broken=False, **fields):
    fields = {"n_features": 2, "n_hidden": 1, "importance": "last_relative", **fields}
    axes = [
        ps.geomspace("distribution.density", 1.0, 0.1, 4),
        ps.geomspace("importance.ratio", 0.3, 3.0, 5),
    ]
    sweep = ps.Sweep(ps.Experiment(**fields), axes=axes, n_seeds=2)
    n, shape = sweep.experiment.n_features, (4, 5, 2)
    arrays = {
        "W": np.ones((*shape, 1, n), np.float32),
        "b": np.zeros((*shape, n), np.float32),
        "loss": np.ones(shape),
        "status": np.full(shape, Status.ok),
        "loss_slope": np.zeros(shape),
        "loss_slope_error": np.full(shape, 0.001),
        # fallen early and settled since
        "loss_curve": (0.1 + np.exp(-2.0 * np.arange(50))) * np.ones((*shape, 1)),
    }
    if broken:
        arrays["status"][0, 0], arrays["status"][0, 1] = Status.diverged, Status.not_run
        arrays["loss_slope"][2, 2] = 0.2
    own = {"W": ("hidden", "feature"), "b": ("feature",), "loss_curve": ("loss_step",)}
    lead = ("density", "ratio", "seed")
    return Result(sweep, Arrays(arrays, {k: lead + own.get(k, ()) for k in arrays}))


def marks(ax):
    return {c.get_label(): c for c in ax.patches if type(c) is PathPatch}


def legend_texts(ax):
    return {text.get_text() for text in ax.get_legend().get_texts()}


def test_phase_diagram_is_a_rasterised_map_on_log_axes():
    ax = plot.phase_diagram(make())
    (mesh,) = (c for c in ax.collections if isinstance(c, QuadMesh))
    assert mesh.get_rasterized()
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_ylim()[0] < 0.1 < 1 < ax.get_ylim()[1], "density 1 is at the top"
    assert ax.get_xlabel() == "relative importance r"
    assert ax.get_title() == "trained: best of 2 seeds by exact loss"
    assert legend_texts(ax) == {"true optimum", "paper's candidates"}
    assert {line.get_linestyle() for line in ax.lines} == {"-", "--"}
    (patch,) = ax.child_axes
    assert patch.get_xlabel().startswith("superposition")
    assert not marks(ax)


def test_cells_that_are_not_what_they_seem_are_hatched_counted_and_explained():
    ax = plot.phase_diagram(make(broken=True), theory=False)
    found = marks(ax)
    assert set(found) == MARKS
    assert len({c.get_hatch() for c in found.values()}) == 3
    # one square each: four corners, and back to the first
    assert all(len(c.get_path().vertices) == 5 for c in found.values())
    corner = found["failed"].get_path().vertices
    assert corner[:, 0].min() == pytest.approx(ax.get_xlim()[0])
    assert legend_texts(ax) == MARKS
    (caption,) = ax.texts
    assert caption.get_text().splitlines() == [
        "38 of 40 models done", "1 cell failed", "1 cell undertrained",
    ]  # fmt: skip


def test_without_theory_the_caption_says_why():
    ax = plot.phase_diagram(make(n_features=4), legend=False)
    assert not ax.lines and ax.get_legend() is None
    assert "no theory: n_features is 4" in ax.texts[0].get_text()
    ax = plot.phase_diagram(make(), feature=0)
    assert ax.texts[0].get_text() == "no theory: it is of the last feature"


def test_nothing_overlaps_or_is_cut_off():
    ax = plot.phase_diagram(make(broken=True))
    figure = ax.figure
    figure.draw_without_rendering()
    legend, (patch,) = ax.get_legend(), ax.child_axes
    boxes = [ax.bbox, patch.get_tightbbox(), legend.get_window_extent()]
    for i, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])
        assert figure.bbox.x0 <= one.x0 and one.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= one.y0 and one.y1 <= figure.bbox.y1


def test_plots_draw_on_the_axes_given_and_return_them():
    result, W = make(), np.array([[1.0, -0.5], [0.2, 0.9]])
    axes = plt.subplots(2, 3)[1]
    calls = (
        lambda ax: plot.phase_diagram(result, ax=ax),
        lambda ax: plot.theory_diagram(result, kind="candidates", ax=ax),
        lambda ax: plot.loss_curve(result, cell=(1, 2), ax=ax),
        lambda ax: plot.features(W, importance=[1.0, 0.9], ax=ax),
        lambda ax: plot.features(W[:1], ax=ax),
        lambda ax: plot.gram(W, b=[0.1, -0.2], ax=ax),
    )
    for call, ax in zip(calls, axes.flat, strict=True):
        assert call(ax) is ax
    assert len(plt.get_fignums()) == 1
    assert axes[0, 2].get_yscale() == "log"
    labels = [t.get_text() for t in axes[0, 2].get_legend().get_texts()]
    assert labels == ["other seeds", "best seed (0)", "constant output"]
    assert [t.get_text() for t in axes[1, 0].texts] == ["0", "1"]
    assert axes[1, 2].images[0].get_clim() == (-1, 1)


def test_importing_and_drawing_leave_the_global_style_alone(python):
    # the names of optional packages under Matplotlib's own settings do not matter here
    python("""
        import matplotlib
        before = dict(matplotlib.rcParams)
        import phasesim.plot as plot
        assert dict(matplotlib.rcParams) == before
        assert "jax" not in sys.modules
    """)
    before = matplotlib.rcParams.copy()
    plot.gram(np.eye(2))
    with plot.style():
        assert matplotlib.rcParams["svg.fonttype"] == "none"
    assert matplotlib.rcParams == before


def test_importing_the_package_does_not_import_matplotlib(python):
    python("import phasesim, phasesim.result", blocked=("matplotlib", "jax"))


def test_the_figure_draws_and_checks_itself():
    path = ROOT / "figures" / "phase_2x1.py"
    assert len(path.read_text().splitlines()) <= 40
    spec = importlib.util.spec_from_file_location("figure_under_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    figure = module.draw(make(), reduction="mean")
    left, right = figure.axes
    assert left.get_title() == "trained: mean of 2 seeds"
    assert right.get_title() == "theory: true optimum"
    assert figure.get_size_inches()[0] == plot.DOUBLE
    rows = module.check(make())
    assert len(rows) == 7
    assert all(set(r) == {"quantity", "expected", "measured", "passed", "control"} for r in rows)
