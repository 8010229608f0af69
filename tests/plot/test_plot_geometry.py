"""What the figures of geometry draw, as numbers: lines, curves, branches, graphs, overlays."""

from __future__ import annotations

from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.linalg import block_diag

import phasesim as ps
from phasesim import plot
from phasesim.errors import UsageError
from phasesim.plot import checks
from phasesim.plot._controls import shuffled, squashed, untrained
from phasesim.plot._lines import pooled_dimensionalities
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status
from phasesim.theory import polytope

DENSITY = ps.values("distribution.density", [0.1, 1.0, 0.5])
WIDTHS = ps.values("n_hidden", [2, 4])
FACTOR = ps.values("distribution.factor", [0.2, 0.4, 1.0])


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def made(axes, W, *, loss=None, start=None, **fields):
    """A result of given weights (*axes, seed, m, n)."""
    W = np.asarray(W, np.float32)
    n, m = W.shape[-1], W.shape[-2]
    seeds = W.shape[len(axes)]
    experiment = ps.Experiment(n_features=n, n_hidden=m, importance="uniform", **fields)
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=seeds)
    shape = (*sweep.shape, seeds)
    arrays = {
        "W": (W, ("hidden", "feature")),
        "b": (np.zeros((*shape, n), np.float32), ("feature",)),
        "loss": (np.broadcast_to(np.arange(1.0, seeds + 1) if loss is None else loss, shape), ()),
        "status": (np.full(shape, Status.ok), ()),
    }
    if start is not None:
        arrays["W_snapshot"] = (np.asarray(start)[..., None, :, :], ("step", "hidden", "feature"))
        arrays["b_snapshot"] = (arrays["b"][0][..., None, :], ("step", "feature"))
    lead = (*(a.path for a in axes), "seed")
    dims = {name: lead + own for name, (_, own) in arrays.items()}
    return Result(sweep, Arrays({k: v for k, (v, _) in arrays.items()}, dims, {}))


def two_widths(rng):
    """Cells of m = 2 and m = 4, the first padded as in a store."""
    W = rng.normal(size=(2, 3, 2, 4, 6)).astype(np.float32)
    W[0, :, :, 2:] = np.nan
    return W


def test_a_model_comes_without_the_padding_of_larger_ones():
    W = two_widths(np.random.default_rng(0))
    result = made((WIDTHS, DENSITY), W)
    for reduction, seed in (("best", 0), ("worst", 1), ("mean", 0)):
        found = plot.model_at(result, reduction=reduction, n_hidden=2, density=0.45)
        assert np.array_equal(found.W, W[0, 2, seed, :2].astype(float))
        assert found.experiment.n_hidden == 2 and found.b.shape == (6,)
        assert found.experiment.distribution.density == 0.5


def test_controls_take_away_what_training_put_in():
    rng = np.random.default_rng(1)
    W, start = two_widths(rng), two_widths(rng)
    result = made((WIDTHS, DENSITY), W, start=start)
    moved = shuffled(result).stored("W")
    assert np.array_equal(np.isnan(moved), np.isnan(W)) and not np.array_equal(moved, W)
    assert np.array_equal(np.sort(moved[1], axis=None), np.sort(W[1], axis=None))
    assert np.array_equal(untrained(result).stored("W"), start, equal_nan=True)
    ratio = squashed(result).stored("W")[1] / W[1]
    assert np.allclose(ratio, np.array([1, 10 ** (-1 / 3), 10 ** (-2 / 3), 0.1])[:, None])
    with pytest.raises(UsageError, match=r"record\.snapshots=1"):
        untrained(made((DENSITY,), W[1]))


def test_curves_run_from_dense_to_sparse_one_line_a_value():
    W = two_widths(np.random.default_rng(2))
    result = made((WIDTHS, DENSITY), W)
    shown = plot.prepare_curve(result, "dimensions_per_feature")
    assert shown.density.tolist() == [1.0, 0.5, np.float32(0.1)] and shown.x[0] == 1
    assert list(shown.values) == ["m = 2", "m = 4"]
    expected = 4 / np.sum(W[1, [1, 2, 0], 0].astype(float) ** 2, axis=(-2, -1))
    assert np.allclose(shown.values["m = 4"], expected)
    held = plot.prepare_curve(result, "dimensions_per_feature", select={"n_hidden": 4})
    assert np.array_equal(held.values[""], shown.values["m = 4"])
    with pytest.raises(UsageError, match=r"at most one more axis, found n_hidden"):
        plot.prepare_curve(result, "dimensionality", select={"density": 0.5})
    ax = plot.curve(result, "dimensions_per_feature")
    assert ax.get_xscale() == "log" and ax.get_ylabel() == "dimensions per feature D*"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["m = 2", "m = 4"]


def test_lines_are_found_where_values_gather_and_only_there():
    rng = np.random.default_rng(3)
    spread = rng.uniform(size=1_000)
    gathered = np.concatenate([spread, np.full(60, 0.5), rng.normal(2 / 3, 0.002, 40)])
    assert {str(c.at) for c in plot.count_lines(gathered) if c.found} == {"1/2", "2/3"}
    assert not any(c.found for c in plot.count_lines(spread))
    jittered = gathered + rng.uniform(-0.03, 0.03, gathered.shape)
    assert not any(c.found for c in plot.count_lines(jittered))
    # a broad hump has many values on the line, and as many beside it
    assert not any(c.found for c in plot.count_lines(rng.normal(0.5, 0.05, 2_000)))
    assert not plot.count_lines([0.5] * 9, at=(Fraction(1, 2),))[0].found


def test_pooled_values_are_of_models_in_superposition():
    W = np.stack([np.eye(2, 4), np.eye(2, 4) * 2])[:, None]
    result = made((ps.values("distribution.density", [1.0, 0.1]),), W)
    assert pooled_dimensionalities(result).tolist() == [1, 1, 0, 0]


def test_the_scatter_knows_each_density_and_the_polytope_that_theory_expects():
    W = np.random.default_rng(4).normal(size=(3, 1, 2, 6))
    shown = plot.prepare_dimensionality(made((DENSITY,), W))
    assert shown.dimensionality.shape == (3, 6) and shown.average.shape == (3,)
    assert np.allclose(shown.dimensionality[0], ps.dimensionality(W[1, 0].astype(np.float32)))
    spans = {round(value, 3): (low, high) for low, high, value in shown.expected}
    assert spans[0.5][0] == pytest.approx(0.226, abs=0.005)
    assert spans[0.5][1] == pytest.approx(0.646, abs=0.005)
    assert min(low for low, _ in spans.values()) == pytest.approx(0.1)
    ax = plot.dimensionality_scatter(made((DENSITY,), W))
    (dots,) = ax.collections
    x, y = dots.get_offsets().T
    assert dots.get_rasterized() and len(x) == 18
    assert np.array_equal(np.sort(y), np.sort(shown.dimensionality.ravel()))
    assert ax.get_xlim()[0] < x.min() and x.max() < ax.get_xlim()[1]


def test_branches_are_told_apart_by_their_features_and_cross_where_losses_meet():
    two, three = np.eye(3, 4) * [1, 1, 0.1, 1], np.eye(3, 4)
    W = np.stack([np.stack([two, three])] * 3)
    loss = np.array([[1.0, 3.0], [2.0, 2.5], [4.0, 3.0]])
    result = made((FACTOR,), W, loss=loss, distribution={"name": "sparse_uniform", "density": 0.1})
    found = plot.prepare_branches(result)
    assert list(found.loss) == [2, 3] and found.lowest().tolist() == [2, 2, 3]
    assert np.allclose(found.loss[3] * result.null_loss, loss[:, 1])
    at, *others = found.crossings(2, 3)
    assert 0.4 < at < 1 and not others and found.crossings(2, 5) == []
    one = made((FACTOR,), W[:, :1], distribution={"name": "sparse_uniform", "density": 0.1})
    assert plot.prepare_branches(one).crossings(2, 3) == []
    ax = plot.branches(result)
    assert ax.get_xlabel().endswith("of one feature") and ax.get_xscale() == "log"
    with pytest.raises(UsageError, match="along one axis of numbers, found n_hidden, dist"):
        plot.prepare_branches(made((WIDTHS, DENSITY), two_widths(np.random.default_rng(0))))


def test_a_stack_is_the_gram_matrix_and_a_bar_a_feature():
    W = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 0.3]])
    shown = plot.prepare_stack(W, b=[0, 0, 0.2])
    assert np.array_equal(shown.gram, W.T @ W) and np.allclose(shown.norm, [1, 1, 0.3])
    blue, orange = plot.phase_colors([1, 1], [0, 1])
    assert np.allclose(shown.colors, [orange, orange, blue]), "the norm does not fade the colour"
    ax = plot.stack(W, b=[0, 0, 0.2])
    strip, bars = ax.child_axes
    assert [bar.get_width() for bar in bars.patches] == [1, 1, 0.3]
    assert strip.images[0].get_array().ravel().tolist() == [0, 0, 0.2]
    assert bars.get_ylim()[0] > bars.get_ylim()[1], "the first feature is on top, as in the map"


def sum_of(*names):
    return block_diag(*(polytope(name) for name in names))


def test_a_graph_shows_each_component_apart_and_as_it_is():
    W = sum_of("triangle", "digon", "digon", "tetrahedron")
    mixed = np.random.default_rng(5).permutation(W.shape[1])
    shown = plot.prepare_feature_graph(W[:, mixed])
    assert shown.counts == {"digon": 2, "triangle": 1, "tetrahedron": 1}
    assert len(shown.edges) == 1 + 1 + 3 + 6 and np.all(shown.weights < 0)
    assert all(shown.labels[i] == shown.labels[j] for i, j in shown.edges)
    triangle = shown.positions[[k == "triangle" for k in shown.labels]]
    sides = np.linalg.norm(triangle - np.roll(triangle, 1, axis=0), axis=1)
    assert np.allclose(sides, 3**0.5), "drawn in its own plane"
    centres = [shown.positions[[k == name for k in shown.labels]].mean(axis=0)
               for name in ("triangle", "tetrahedron")]  # fmt: skip
    assert np.linalg.norm(centres[0] - centres[1]) > 2
    space = plot.prepare_feature_graph(W[:, mixed], dimensions=3)
    corners = space.positions[[k == "tetrahedron" for k in space.labels]]
    lengths = np.linalg.norm(corners[:, None] - corners, axis=-1)[np.triu_indices(4, 1)]
    assert np.allclose(lengths, lengths[0])
    assert plot.prepare_feature_graph(0 * W).positions.shape == (0, 2)
    with pytest.raises(UsageError, match="dimensions: found 4"):
        plot.prepare_feature_graph(W, dimensions=4)


def test_a_graph_is_drawn_in_the_plane_and_in_space():
    W = sum_of("pentagon", "square antiprism")
    flat = plot.feature_graph(W)
    assert [t.get_text() for t in flat.get_legend().get_texts()] == [
        "1 × pentagon", "1 × square antiprism",
    ]  # fmt: skip
    ax = plt.figure().add_subplot(projection="3d")
    assert plot.feature_graph(W, ax=ax, legend=False) is ax and ax.get_legend() is None
    assert all(not spine.get_visible() or not a.axison for a in (flat, ax)
               for spine in a.spines.values())  # fmt: skip


def test_solutions_that_differ_by_a_rotation_lie_on_one_another():
    rng = np.random.default_rng(6)
    W = []
    for length in (1.0, 0.9, 0.8):
        turn = np.linalg.qr(rng.normal(size=(2, 2)))[0]
        order = np.append(0, 1 + rng.permutation(4))
        one = polytope("pentagon")[:, order]
        one[:, 0] *= length
        W.append((turn @ one)[None])
    shown = plot.prepare_overlay(made((FACTOR,), W), reference=1.0)
    assert np.allclose(shown.W[:, 1, 0], 0, atol=1e-6)
    assert np.allclose(shown.W[:, 0, 0], [1.0, 0.9, 0.8], atol=1e-6)
    corners = [np.round(w[:, 1:].T[np.lexsort(np.round(w[:, 1:], 4))], 4) for w in shown.W]
    assert np.allclose(corners[0], corners[1], atol=1e-3)
    ax = plot.overlay(made((FACTOR,), W), reference=1.0)
    assert len(ax.collections) == 5
    with pytest.raises(UsageError, match="in the plane, found n_hidden 3"):
        plot.prepare_overlay(made((FACTOR,), np.ones((3, 1, 3, 5))), reference=1.0)


def test_the_line_test_passes_on_polytopes_and_fails_on_its_controls():
    rng = np.random.default_rng(7)
    axes = (ps.values("n_hidden", [20]), ps.values("distribution.density", [0.5, 0.3]))
    W = np.zeros((2, 20, 200))
    blocks = sum_of(*["digon"] * 20), sum_of(*["pentagon"] * 10)
    turn = np.linalg.qr(rng.normal(size=(20, 20)))[0]
    for k, block in enumerate(blocks):
        W[k, :, : block.shape[1]] = turn @ block
    start = rng.normal(size=(1, 2, 1, 20, 200)) * 0.1
    rows = checks.lines(made(axes, W[None, :, None], start=start))
    assert [row["passed"] for row in rows] == [True] * 4
    assert [row["control"]["passed"] for row in rows] == [False] * 4
    assert [row["control"]["of"] for row in rows[:3]] == [
        "untrained weights", "D_i moved by up to ±0.03", "uniform D_i",
    ]  # fmt: skip
    # what every lone feature would give: lines at 1 and 0, none of them in superposition
    alone = np.zeros((1, 2, 1, 20, 200))
    alone[..., :20] = np.eye(20)
    assert not any(row["passed"] for row in checks.lines(made(axes, alone, start=start))[:3])


def test_collisions_are_counted_for_each_way_of_training():
    rng = np.random.default_rng(8)
    axes = (ps.values("optimizer.weight_decay", [0.0, 0.1]), ps.values("n_hidden", [8, 4]))
    W = np.where(rng.random((2, 2, 3, 8, 6)) < 0.25, 1.0, 0.0)
    W[:, 1, :, 4:] = np.nan
    shown = plot.prepare_collisions(made(axes, W))
    counts = np.sum(np.sum(W == 1, axis=-1) >= 2, axis=-1)[:, ::-1]
    assert shown.n_hidden.tolist() == [4, 8] and np.allclose(shown.expected, [36 / 16, 36 / 32])
    assert list(shown.mean) == ["decay 0", "decay 0.1"]
    assert np.allclose(shown.mean["decay 0.1"], counts[1].mean(axis=-1))
    assert np.allclose(shown.error["decay 0"], counts[0].std(axis=-1, ddof=1) / 3**0.5)
    ax = plot.collisions(made(axes, W))
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels == ["n²/(4m)", "decay 0", "decay 0.1"]
    held = plot.prepare_collisions(made(axes, W), select={"weight_decay": 0.1})
    assert list(held.ways.values()) == [{}] and list(held.mean) == [""]
    assert np.array_equal(held.mean[""], shown.mean["decay 0.1"])
    with pytest.raises(UsageError, match="n_hidden, which is not an axis"):
        plot.prepare_collisions(made((DENSITY,), np.ones((3, 1, 2, 5))))
