"""What the figures of this area draw, as numbers, and that they draw on the Axes given."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import phasesim as ps
from phasesim import plot
from phasesim.errors import UsageError
from phasesim.result import Arrays, Result
from phasesim.status import Status

FIGURES = Path(__file__).parents[2] / "figures"
DENSITY, RATIO = "distribution.density", "importance.ratio"


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def stored(sweep, W, b, **more):
    """A finished result of weights given, (*axes, seed, m, n) and (*axes, seed, n)."""
    shape = W.shape[:-2]
    arrays = {"W": W, "b": b, "loss": np.ones(shape), "status": np.full(shape, Status.ok), **more}
    own = {"W": ("hidden", "feature"), "b": ("feature",)}
    axes = tuple(a.path.rsplit(".", 1)[-1] for a in sweep.axes)
    return Result(sweep, Arrays(arrays, {k: (*axes, "seed", *own.get(k, ())) for k in arrays}, {}))


@pytest.fixture(scope="module")
def pair():
    """(2, 1): seed 0 at the true optimum, seed 1 ignoring, seed 2 dedicating."""
    axes = [ps.geomspace(DENSITY, 1.0, 0.05, 7), ps.geomspace(RATIO, 0.2, 5.0, 6)]
    experiment = ps.Experiment(n_features=2, n_hidden=1, importance="last_relative")
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=3)
    p, r = np.meshgrid(*(a.array() for a in axes), indexing="ij")
    best = ps.theory.optimum_grid(2, 1, density=p, importance=np.stack([np.ones_like(r), r], -1))
    W, b = np.zeros((7, 6, 3, 1, 2)), np.zeros((7, 6, 3, 2))
    W[..., 0, :, :], b[..., 0, :] = best.W, best.b
    W[..., 1, 0, 0], b[..., 1, 1] = 1, p / 2
    W[..., 2, 0, 1], b[..., 2, 0] = 1, p / 2
    return stored(sweep, W, b), best, p, r


def test_excess_is_that_of_the_candidates_known_in_closed_form(pair):
    result, best, p, r = pair
    V = p / 3 - p * p / 4
    assert np.max(np.abs(plot.prepare_excess(result).values)) < 1e-12
    worst = plot.prepare_excess(result, reduction="worst").values[::-1]
    expected = (np.maximum(r, 1) * V - best.loss) / ((1 + r) * V)
    np.testing.assert_allclose(worst, expected, atol=1e-12)
    mean = plot.prepare_excess(result, reduction="mean").values[::-1]
    np.testing.assert_allclose(mean, ((1 + r) * V - 2 * best.loss) / 3 / ((1 + r) * V), atol=1e-12)


def test_gain_is_against_the_lesser_feature_ignored(pair):
    result, best, p, r = pair
    V = p / 3 - p * p / 4
    own = plot.prepare_gain(result).values[::-1]
    np.testing.assert_allclose(own, (np.minimum(r, 1) * V - best.loss) / ((1 + r) * V), atol=1e-12)
    np.testing.assert_allclose(
        plot.prepare_gain(result, kind="optimum").values[::-1], own, atol=1e-9
    )
    with pytest.raises(UsageError, match="kind: found 'x'"):
        plot.prepare_gain(result, kind="x")


def test_the_loss_ratio_is_below_one_where_norms_are_free(pair):
    ratio = plot.prepare_loss_ratio(pair[0]).values
    assert 0.9 < ratio.min() < 0.96 and ratio.max() == pytest.approx(1, abs=1e-9)
    assert plot.prepare_loss_ratio(pair[0], reduction="worst").values.min() >= 1 - 1e-9


def test_disagreement_counts_the_seeds_in_another_phase(pair):
    result, best, *_ = pair
    share = plot.prepare_disagreement(result).values[::-1]
    phase = best.phase[..., -1]
    # ignored, dedicated: one of three seeds agrees with the best beside itself
    np.testing.assert_allclose(share, np.where(phase == 2, 2 / 3, 1 / 3))
    # of the other feature the mirror image
    np.testing.assert_allclose(
        plot.prepare_disagreement(result, feature=0).values[::-1], share[:, ::-1]
    )


def test_outlines_run_along_the_edges_where_the_optimum_changes(pair):
    result, best, *_ = pair
    edges = plot.prepare_outline(result)
    phase = best.phase[::-1, :, -1]
    changes = np.count_nonzero(phase[1:] != phase[:-1]) + np.count_nonzero(
        phase[:, 1:] != phase[:, :-1]
    )
    assert edges.shape == (changes, 2, 2) and changes > 5
    sides = plot.prepare_phase_diagram(result).grid
    assert np.isin(edges[..., 0], sides.x.edges).all()
    assert np.isin(edges[..., 1], sides.y.edges).all()
    # of two features, sharing a polygon is being a pair
    assert len(plot.prepare_outline(result, "polygon")) > 0
    with pytest.raises(UsageError, match="kind: found 'x'"):
        plot.prepare_outline(result, "x")


def test_three_features_share_a_polygon_only_near_equal_importance():
    axes = [ps.values(DENSITY, [0.4, 0.6]), ps.values(RATIO, [0.4, 1.0])]
    experiment = ps.Experiment(n_features=3, n_hidden=2, importance="last_relative")
    result = stored(
        ps.Sweep(experiment, axes=axes), np.zeros((2, 2, 1, 2, 3)), np.zeros((2, 2, 1, 3))
    )
    edges = plot.prepare_outline(result, "polygon")
    # the one cell of a triangle is the upper right one: an edge to its left, and one below
    assert sorted(map(tuple, edges.mean(axis=1).round(6).tolist())) == [(0.7, 0.6), (1.0, 0.5)]


@pytest.fixture(scope="module")
def two_starts():
    """Started ignoring: still so, the densest of one sign. Started paired: still so."""
    experiment = ps.Experiment(
        n_features=2, n_hidden=1, importance="last_relative", init={"name": "k_gon", "k": 1}
    )
    axes = [ps.geomspace(DENSITY, 0.4, 0.06, 4), ps.values(RATIO, [0.5, 0.1]),
            ps.values("init.k", [2, 1])]  # fmt: skip
    W = np.zeros((4, 2, 2, 1, 1, 2))
    W[..., 0] = 1
    W[:, :, 0, ..., 1] = -0.8
    W[0, :, 1, ..., 1] = 0.3
    W[:, 0, ..., 1] *= 0.5
    return stored(ps.Sweep(experiment, axes=axes), W, np.zeros((4, 2, 2, 1, 2)))


def test_hysteresis_reads_each_start_and_follows_the_minima(two_starts):
    shown = plot.prepare_hysteresis(two_starts, ratio=0.1)
    assert shown.boundary == pytest.approx(0.1813, abs=0.001)
    assert shown.spinodal == ps.theory.spinodal(0.1)
    low, high = shown.window
    assert shown.spinodal < low < shown.boundary < high < 0.2
    np.testing.assert_allclose(shown.trained_density, np.geomspace(0.06, 0.4, 4), rtol=1e-6)
    np.testing.assert_allclose(shown.trained[2], 0.8)
    np.testing.assert_allclose(shown.trained[1], [0, 0, 0, 0.3])
    assert shown.one_sign[1].tolist() == [False, False, False, True]
    assert not shown.one_sign[2].any()
    np.testing.assert_allclose(plot.prepare_hysteresis(two_starts, ratio=0.5).trained[2], 0.4)
    for ratio in (1.0, 2.0, 0.0):
        with pytest.raises(UsageError, match="ratio"):
            plot.prepare_hysteresis(two_starts, ratio=ratio)


def test_hysteresis_needs_both_starts(pair):
    with pytest.raises(UsageError, match=r"axis init\.k"):
        plot.prepare_hysteresis(pair[0], ratio=0.1)


def test_trained_gains_are_the_best_of_all_sizes():
    """Weights of known loss: a pair and a lone feature, of three; all in a digon each, of four."""
    axes = [ps.values("n_features", [3, 4]), ps.values("n_hidden", [2]), ps.values(DENSITY, [0.1])]
    experiment = ps.Experiment(engine="population", importance="uniform")
    sweep = ps.Sweep(experiment, axes=axes)
    V, pair_loss = 0.1 / 3 - 0.01 / 4, 0.01 / 3
    loss = np.array([pair_loss, 2 * pair_loss]).reshape(2, 1, 1, 1)
    W, b = np.full((2, 1, 1, 1, 2, 4), np.nan), np.full((2, 1, 1, 1, 4), np.nan)
    W[0, ..., :3], b[0, ..., :3] = [[1, -1, 0], [0, 0, 1]], 0
    W[1], b[1] = [[1, -1, 0, 0], [0, 0, 1, -1]], 0
    result = stored(sweep, W, b, loss=loss, exact_loss=loss)
    shown = plot.prepare_block_gain(result, polytopes=["digon", "triangle"])
    assert shown.trained[2] == pytest.approx([(4 - 2 * pair_loss / V) / 2])
    assert shown.gains["digon"][0] == pytest.approx(ps.theory.block_gain("digon", density=0.1).gain)
    with pytest.raises(UsageError, match="expected axes"):
        plot.prepare_block_gain(
            stored(sweep_of_density(), np.ones((2, 1, 1, 2)), np.ones((2, 1, 2)))
        )


def sweep_of_density(n_seeds=1):
    experiment = ps.Experiment(n_features=2, n_hidden=1)
    return ps.Sweep(experiment, axes=[ps.geomspace(DENSITY, 0.1, 0.2, 2)], n_seeds=n_seeds)


def test_basin_shares_sum_to_one_and_start_with_the_best():
    """Two pairs, one that ignores, one of one sign: three minima of two features."""
    W = np.zeros((2, 4, 1, 2))
    W[..., :2, 0, :], W[..., 2, 0, 0], W[..., 3, 0, :] = [1, -1], 1, 0.7
    b = np.zeros((2, 4, 2))
    b[..., 2, 1] = 0.1
    shown = plot.prepare_basins(stored(sweep_of_density(4), W, b))
    np.testing.assert_allclose(shown.shares, [[0.5, 0.25, 0.25]] * 2)
    # one of the pair, the one that ignores, the one of one sign
    assert shown.represented[:, 0].tolist() == [2, 2]
    assert np.sort(shown.represented, axis=1).tolist() == [[1, 2, 2]] * 2
    assert np.all(np.diff(shown.loss, axis=1) > 0)


def test_plots_draw_on_the_axes_given_and_return_them(pair, two_starts, monkeypatch):
    result = pair[0]
    # the true boundary itself takes seconds, and is tested where it is made
    line = plot.Boundaries(np.empty((0, 2)), np.array([[0.5, 0.48], [1.0, 0.7]]))
    monkeypatch.setattr("phasesim.plot._disagreement.boundaries_of", lambda sides: line)
    axes = plt.subplots(3, 3)[1]
    basins = stored(sweep_of_density(2), np.ones((2, 2, 1, 2)), np.zeros((2, 2, 2)))
    calls = (
        lambda ax: plot.excess(result, ax=ax),
        lambda ax: plot.gain(result, kind="optimum", ax=ax),
        lambda ax: plot.disagreement(result, ax=ax, theory=True),
        lambda ax: plot.outline(result, ax=ax),
        lambda ax: plot.paper_boundary(result, ax=ax),
        lambda ax: plot.hysteresis(two_starts, ratio=0.1, ax=ax),
        lambda ax: plot.basins(basins, ax=ax),
        lambda ax: plot.trained_boundary(result, along="density", ax=ax, n_resamples=20),
        lambda ax: plot.trained_boundary(result, along="ratio", ax=ax, n_resamples=20),
    )
    for call, ax in zip(calls, axes.flat, strict=True):
        assert call(ax) is ax
    labels = [text.get_text() for text in axes[1, 2].get_legend().get_texts()]
    assert "true boundary" in labels and "spinodal of ignoring" in labels
    upward, rightward = (ax.lines[-1].get_xydata() for ax in axes[2, 1:])
    assert np.allclose(upward[:, 0], result.coords[RATIO])
    assert np.allclose(rightward[:, 1], result.coords[DENSITY][::-1])


def test_overlays_leave_the_limits_of_the_diagram_alone(pair):
    result = pair[0]
    ax = plot.phase_diagram(result, theory=False, legend=False)
    before = ax.get_xlim(), ax.get_ylim()
    plot.trained_boundary(result, along="density", ax=ax, n_resamples=20)
    plot.outline(result, "polygon", ax=plot.paper_boundary(result, ax=ax))
    assert (ax.get_xlim(), ax.get_ylim()) == before


@pytest.mark.parametrize(
    "name",
    ["phase_2x1_true", "phase_3x2_true", "excess", "gain", "seed_disagreement",
     "basin_fractions", "hysteresis", "block_gain"],
)  # fmt: skip
def test_figures_are_short_and_have_a_toml_that_says_what_it_takes(name):
    path = FIGURES / f"{name}.py"
    assert len(path.read_text().splitlines()) <= 40
    spec = importlib.util.spec_from_file_location(f"figure_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(module.draw) and callable(module.check)
    text = path.with_name(f"{name.replace('_', '-')}.toml").read_text()
    comment = text[: text.index("name =")]
    for word in ("command:", "hardware:", "expected:"):
        assert f"# {word}" in comment
    sweep = ps.load_sweep(path.with_name(f"{name.replace('_', '-')}.toml"))
    larger = ps.load_sweep(path.with_name(f"{name.replace('_', '-')}.toml"), scale="paper")
    assert larger.n_models * larger.experiment.n_steps > sweep.n_models * sweep.experiment.n_steps


def test_excess_and_gain_check_themselves_on_optima(pair):
    spec = importlib.util.spec_from_file_location("figure_excess", FIGURES / "excess.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = module.check(pair[0])
    assert [row["passed"] for row in rows[:3]] == [True] * 3
    assert not any(row["control"]["passed"] for row in rows[1:3])
    assert len(module.draw(pair[0]).axes) == 4
