"""Numbers behind the plots of analyses: trade-offs, sizes, maps over options."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from matplotlib.figure import Figure

import phasesim as ps
from phasesim import plot
from phasesim.analysis import AnalysisSweep
from phasesim.interpret._base import Analysis, Output
from phasesim.source import Arrays


class measured(Analysis):
    outputs: ClassVar = {
        "up": Output(("feature",), "upward"),
        "right": Output((), "to the right"),
        "grid": Output(("wide", "high"), "over options"),
    }


def analysis(axes, n_seeds, wide=(1.0, 2.0), high=(4.0, 1.0, 2.0), **outputs):
    """An analysis whose arrays, (*axes, seed, …), are given."""
    sweep = ps.Sweep(ps.Experiment(n_features=2, n_hidden=1), axes=axes, n_seeds=n_seeds)
    shape = (*sweep.shape, n_seeds)
    arrays = {"status": np.ones(shape, "u1"), "loss": np.zeros(shape), **outputs}
    lead = (*(a.path.rpartition(".")[2] for a in axes), "seed")
    own = {name: output.dims for name, output in measured.outputs.items()}
    dims = {name: (*lead, *own.get(name, ())) for name in arrays}
    coords = {"feature": np.arange(2), "wide": np.array(wide), "high": np.array(high)}
    return ps.Result(AnalysisSweep(sweep, measured(), ""), Arrays(arrays, dims, coords))


def test_a_trade_off_joins_the_cells_of_one_axis():
    axes = [ps.values("distribution.density", [0.5, 0.1]), ps.values("n_hidden", [1, 2]),
            ps.values("regularizers.hidden_l1.coefficient", [0.0, 0.1, 0.2])]  # fmt: skip
    rng = np.random.default_rng(0)
    right, up = rng.random((2, 2, 3, 4)), rng.random((2, 2, 3, 4, 2))
    up[0, 0, 0, 0] = np.nan  # one seed without a value
    found = analysis(axes, 4, right=right, up=up)
    lines = plot.prepare_tradeoff(
        found, "right", "up", along="coefficient", by="n_hidden", select={"density": 0.5}
    )
    assert list(lines) == ["1", "2"]
    np.testing.assert_allclose(lines["2"][0], right[0, 1].mean(axis=1))
    np.testing.assert_allclose(lines["1"][1], np.nanmean(up[0, 0], axis=(1, 2)))
    ax = plot.tradeoff(found, "right", "up", along="coefficient", by="n_hidden",
                       select={"density": 0.1}, ax=Figure().subplots())  # fmt: skip
    np.testing.assert_allclose(ax.lines[0].get_xdata(), right[1, 0].mean(axis=1))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("right", "up")


def test_the_slope_along_sizes_is_a_line_in_log_n():
    axes = [ps.values("n_features", [20, 40, 80]), ps.values("n_hidden", [5, 10, 20])]
    n, m = np.meshgrid([20, 40, 80], [5, 10, 20], indexing="ij")
    seeds = np.array([1.0, 2.0, 3.0])
    # per doubling by 1, 2 or 3 where n/m is 4; anything elsewhere
    right = np.where((n == 4 * m)[..., None], np.log2(n)[..., None] * seeds, 1e3)
    found = analysis(axes, 3, right=right)
    trend = plot.size_trend(found, "right", 4)
    assert trend.n_features.tolist() == [20, 40, 80]
    np.testing.assert_allclose(trend.values, np.log2([20, 40, 80])[:, None] * seeds)
    assert trend.slope == pytest.approx(2)
    # three times the same seed comes up in 1 of 27 resamples, beyond the 1 of 40 cut off
    assert trend.interval == pytest.approx((1, 3))
    flat = analysis(axes, 3, right=np.ones((3, 3, 3)))
    assert plot.size_trend(flat, "right", 4).interval == pytest.approx((0, 0), abs=1e-12)
    ax = plot.size_trends(found, {"right": "R"}, 4, ax=Figure().subplots())
    assert ax.get_legend().get_texts()[0].get_text().startswith("R: +2 [+1")
    none = plot.size_trend(found, "right", 3)
    assert none.values.shape == (0, 3) and np.isnan([none.slope, *none.interval]).all()
    other = analysis([ps.values("distribution.density", [0.5, 0.1])], 2, right=np.ones((2, 2)))
    with pytest.raises(ps.PhasesimError, match="axes n_features and n_hidden, found dist"):
        plot.size_trend(other, "right", 4)


def test_a_map_over_options_is_ascending():
    grid = np.random.default_rng(1).random((2, 3, 2, 3))
    found = analysis([ps.values("distribution.density", [0.5, 0.1])], 3, grid=grid)
    ax = plot.own_map(found, "grid", x="wide", y="high", low=0, high=1, ax=Figure().subplots())
    (mesh,) = ax.collections
    expected = grid.mean(axis=(0, 1)).T[[1, 2, 0]]
    np.testing.assert_allclose(mesh.get_array(), expected)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["4", "1", "2"]


def test_a_map_of_a_metric_shows_its_reduction(tiny_sweep):
    axes = [ps.values("distribution.density", [0.1, 1.0]), ps.values("importance.ratio", [0.5, 2])]
    sweep = tiny_sweep(axes=axes, importance="last_relative", n_seeds=3)
    W = np.random.default_rng(2).normal(size=(2, 2, 3, 2, 3))
    arrays = {"W": W, "b": W[..., 0, :], "status": np.ones((2, 2, 3), "u1"),
              "loss": np.zeros((2, 2, 3))}  # fmt: skip
    lead = ("density", "ratio", "seed")
    own = {"W": ("hidden", "feature"), "b": ("feature",), "status": (), "loss": ()}
    result = ps.Result(sweep, Arrays(arrays, {n: (*lead, *d) for n, d in own.items()}, {}))
    ax = plot.metric_map(result, "features_per_dimension", low=0, high=2, ax=Figure().subplots())
    expected = result.metric("features_per_dimension").mean(axis=-1)
    np.testing.assert_allclose(ax.collections[0].get_array(), expected)
    assert ax.get_title() == "features per dimension"


def test_one_end_of_an_axis_is_held_against_the_other():
    axes = [ps.values("distribution.density", [0.1, 0.5, 0.2]), ps.values("n_hidden", [1, 2])]
    right = np.random.default_rng(3).random((3, 2, 4))
    right[1, 0, 0] = np.nan
    found = analysis(axes, 4, right=right)
    asked = [("size", "right", ">", 0.0), ("size", "right", "<", 0.0)]
    rows = plot.checks.ends(found, "density", asked, largest=True)
    assert [row["passed"] for row in rows] == [True, False]
    assert rows[0]["quantity"] == "size, density 0.5" and rows[0]["expected"] == "> 0"
    assert rows[0]["measured"] == pytest.approx(np.nanmean(right[1]), abs=1e-6)
    assert rows[0]["control"]["measured"] == pytest.approx(right[0].mean(), abs=1e-6)
    (other,) = plot.checks.ends(found, "n_hidden", asked[:1], largest=False)
    assert other["measured"] == pytest.approx(np.nanmean(right[:, 0]), abs=1e-6)
