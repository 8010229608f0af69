"""What the plots draw, as numbers: edges, colours, states of cells, boundaries, agreement."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim import plot
from phasesim.errors import UsageError
from phasesim.plot._grid import cell_edges, grid
from phasesim.result import Arrays, Result
from phasesim.status import Status

DENSITY, RATIO = "distribution.density", "importance.ratio"
AXES = (ps.geomspace(DENSITY, 1.0, 0.01, 5), ps.geomspace(RATIO, 0.1, 10.0, 7))
# deuteranopia and protanopia, Machado et al. 2009, severity 1, on linear RGB
BLIND = (
    np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
)


def make(axes=AXES, *, n_seeds=3, status=None, slope=None, **fields):
    """A result whose first seed is at the true optimum and whose others ignore the last feature."""
    fields = {"n_features": 2, "n_hidden": 1, "importance": "last_relative", **fields}
    sweep = ps.Sweep(ps.Experiment(**fields), axes=axes, n_seeds=n_seeds)
    n, m = sweep.experiment.n_features, sweep.experiment.n_hidden
    shape = (*sweep.shape, n_seeds)
    W = np.zeros((*shape, m, n), np.float32)
    W[..., 0, 0] = 1
    if tuple(a.path for a in axes) == (DENSITY, RATIO):
        p, r = np.meshgrid(*(a.array() for a in axes), indexing="ij")
        importance = np.stack([np.ones_like(r)] * (n - 1) + [r], axis=-1)
        W[..., 0, :, :] = ps.theory.optimum_grid(n, m, density=p, importance=importance).W
    arrays = {
        "W": (W, ("hidden", "feature")),
        "b": (np.zeros((*shape, n), np.float32), ("feature",)),
        "loss": (np.broadcast_to(np.arange(1.0, n_seeds + 1), shape), ()),
        "status": (np.full(shape, Status.ok) if status is None else status, ()),
        "loss_slope": (np.zeros(shape) if slope is None else slope, ()),
        "loss_slope_error": (np.full(shape, 0.01), ()),
        "loss_curve": (np.ones((*shape, 50)), ("loss_step",)),
    }
    lead = (*(a.path for a in axes), "seed")
    return Result(
        sweep,
        Arrays(
            {k: v for k, (v, _) in arrays.items()}, {k: lead + d for k, (_, d) in arrays.items()}
        ),
    )


@pytest.fixture(scope="module")
def result():
    return make()


def test_edges_lie_half_way_in_the_scale_of_the_axis():
    log = cell_edges(np.geomspace(0.01, 1, 5), log=True)
    assert np.allclose(log[1:] / log[:-1], 10**0.5)
    assert np.isclose(np.sqrt(log[0] * log[1]), 0.01)
    assert np.allclose(cell_edges(np.array([0.0, 1.0, 3.0]), log=False), [-0.5, 0.5, 2.0, 4.0])
    assert np.allclose(cell_edges(np.array([2.0]), log=False), [1.5, 2.5])


def test_axes_ascend_and_are_log_only_where_written_so(result):
    sides = grid(result)
    assert sides.y.path == DENSITY and sides.x.path == RATIO
    assert sides.y.log and np.all(np.diff(sides.y.values) > 0)
    assert np.isclose(sides.y.values[-1], 1)
    norm = plot.prepare_phase_diagram(result).norm
    assert np.allclose(norm, result.metric("feature_norm", "best")[::-1, :, -1])
    listed = make((ps.values(DENSITY, [0.5, 1.0, 0.1]), AXES[1]))
    assert not grid(listed).y.log
    assert np.allclose(grid(listed).y.values, [0.1, 0.5, 1.0])


def test_further_axes_are_held_by_select():
    three = make((*AXES, ps.values("n_steps", [10, 20])))
    with pytest.raises(UsageError, match=r"found 3.*select={'n_steps': 10}"):
        plot.prepare_phase_diagram(three)
    shown = plot.prepare_phase_diagram(three, select={"n_steps": 20})
    assert shown.norm.shape == (5, 7)
    assert shown.grid.experiment.n_steps == 20
    with pytest.raises(UsageError, match="two axes, found 1"):
        plot.prepare_phase_diagram(make(AXES[:1]))
    with pytest.raises(UsageError, match="axis of names"):
        plot.prepare_phase_diagram(make((AXES[0], ps.values("optimizer", ["adam", "sgd"]))))


@pytest.mark.parametrize("palette", sorted(plot.PALETTES))
def test_colours_fade_with_the_norm_and_are_clipped(palette):
    zero, *_ = colors = plot.phase_colors([0, 0, 1, 1], [0, 1, 0, 1], palette=palette)
    assert np.allclose(colors[1], zero), "a feature of norm 0 has no hue"
    assert np.ptp(zero) < 0.01
    assert np.allclose(plot.phase_colors(1.3, 1.2, palette=palette), colors[3])
    assert np.all(plot.phase_colors(np.nan, 0.5, palette=palette) == 1)


@pytest.mark.parametrize("matrix", BLIND)
def test_the_four_corners_and_the_middle_are_told_apart_by_the_colour_blind(matrix):
    colors = plot.phase_colors([0, 0.5, 0.5, 1, 1, 1], [0, 0, 1, 0, 0.5, 1])
    seen = np.clip(matrix @ (colors**2.2).T, 0, 1).T ** (1 / 2.2)
    distance = np.linalg.norm(seen[:, None] - seen[None], axis=-1)
    assert np.min(distance[np.triu_indices(len(seen), 1)]) > 0.15


def test_states_of_cells():
    status, slope = np.full((5, 7, 3), Status.ok), np.zeros((5, 7, 3))
    status[0, 0] = Status.diverged
    status[1, 0] = [Status.diverged, Status.not_run, Status.nonfinite_loss]
    status[2, 0] = [Status.diverged, Status.ok, Status.ok]
    slope[3, 0], slope[4, 0, 1] = -0.2, 0.2
    slope[0, 1] = 0.02
    made = make(status=status, slope=slope)
    best, worst, mean = (
        plot.prepare_phase_diagram(made, reduction=name) for name in ("best", "worst", "mean")
    )
    # row 0 of the sweep, density 1, is the last row of the diagram
    assert np.argwhere(best.failed).tolist() == [[4, 0]]
    assert np.argwhere(best.not_run).tolist() == [[3, 0]]
    assert np.argwhere(best.moving).tolist() == [[1, 0]]
    assert np.isnan(best.norm[4, 0]) and np.all(best.colors[4, 0] == 1)
    assert np.argwhere(worst.failed).tolist() == [[2, 0], [4, 0]]
    assert np.argwhere(mean.failed).tolist() == [[4, 0]]
    assert np.argwhere(mean.moving).tolist() == [[0, 0], [1, 0]]
    assert best.notes == ["104 of 105 models done", "1 cell failed", "1 cell undertrained"]


def test_negative_features_count_from_each_cells_own_last():
    made = make((ps.values("n_features", [2, 3]), AXES[0]), n_features=3)
    W = made.stored("W")
    W[0, ..., 2], W[0, ..., 1], W[1, ..., 2] = np.nan, 0.25, 0.75
    shown = plot.prepare_phase_diagram(made)
    assert np.allclose(shown.norm[0], 0.25) and np.allclose(shown.norm[1], 0.75)
    with pytest.raises(UsageError, match="feature 2: found 2 features"):
        plot.prepare_phase_diagram(made, feature=2)


def test_boundaries_are_the_closed_form_and_the_true_one(result):
    lines = plot.prepare_boundaries(result, n_ratios=9)
    r, p = lines.paper[np.isfinite(lines.paper[:, 1]) & (lines.paper[:, 0] != 1)].T
    closed = np.where(r < 1, 4 * r / (2 + 5 * r), 4 / (5 + 2 * r))
    assert len(r) > 200 and np.allclose(p, closed)
    r, p = lines.true.T
    assert p[2] == ps.theory.boundary(2, 1, r[2]).density_half
    curve = p[: np.flatnonzero(np.isnan(p))[0]]
    assert np.allclose(curve, curve[::-1], atol=2e-3), "mirrored under r -> 1/r"
    assert np.max(curve) == pytest.approx(0.705, abs=0.005)
    at_one = lines.true[r == 1]
    assert np.nanmin(at_one[:, 1]) > 4 / 7 and np.nanmax(at_one[:, 1]) == 1
    assert plot.prepare_boundaries(result, n_ratios=9) is lines, "computed once"


def test_theory_diagrams(result):
    optimum = plot.prepare_theory_diagram(result)
    assert np.allclose(optimum.norm, plot.prepare_phase_diagram(result).norm, atol=1e-6)
    candidates = plot.prepare_theory_diagram(result, kind="candidates")
    corners = (
        candidates.norm[[-1, -1, 0], [0, -1, 3]],
        candidates.superposition[[-1, -1, 0], [0, -1, 3]],
    )
    assert np.array_equal(corners, [[0, 1, 1], [0, 0, 1]])
    with pytest.raises(UsageError, match="kind: found 'x'"):
        plot.prepare_theory_diagram(result, kind="x")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"n_features": 4}, "n_features is 4"),
        ({"model": "linear"}, "model is linear"),
        ({"distribution": {"name": "sparse_uniform", "amplitude": "gaussian"}}, "amplitude is"),
        ({"distribution": {"name": "sparse_uniform", "factor": 0.5}}, "one feature's density"),
    ],
)
def test_theory_refuses_what_it_is_not_about(fields, reason):
    sweep = ps.Sweep(
        ps.Experiment(**{"n_features": 2, "n_hidden": 1, "importance": "last_relative", **fields}),
        axes=AXES,
    )
    bare = Result(sweep, Arrays({}, {}))
    for prepare in (plot.prepare_theory_diagram, plot.prepare_boundaries, plot.agreement):
        with pytest.raises(UsageError, match=f"no theory: .*{reason}"):
            prepare(bare)


def test_theory_does_not_care_which_axis_is_drawn_upward(result):
    turned = make(AXES[::-1])
    assert np.allclose(
        plot.prepare_theory_diagram(turned).norm, plot.prepare_theory_diagram(result).norm.T
    )
    one, other = (plot.prepare_boundaries(r, n_ratios=9) for r in (result, turned))
    assert np.array_equal(one.true, other.true, equal_nan=True)


def test_agreement_with_the_optimum_and_its_controls(result):
    best, worst = (plot.agreement(result, reduction=name) for name in ("best", "worst"))
    assert best.share == 1 and best.n_cells == 30
    assert worst.share < 0.6, "ignored everywhere"
    assert plot.agreement(result, shuffled=True).share < 0.9
    rows = plot.agreement_assertions(result, share=0.98, between=0.8)
    assert rows[0]["passed"] and not rows[0]["control"]["passed"]


def test_agreement_counts_cells_between_the_boundaries():
    made = make((ps.values(DENSITY, [0.36, 0.3, 0.5]), ps.values(RATIO, [0.3, 1.0])))
    found = plot.agreement(made)
    assert (found.n_between, found.between, found.n_cells) == (1, 1.0, 3)


def test_read_cell_takes_the_nearest(result):
    norm, shared = plot.read_cell(result, {"density": 0.9, "ratio": 9.0})
    assert norm == pytest.approx(1, abs=1e-4) and shared == pytest.approx(0, abs=1e-6)
    other, _ = plot.read_cell(result, {"density": 0.9, "ratio": 9.0}, feature=0)
    assert other < 0.1


def test_loss_curves_are_in_units_of_the_null_loss(result):
    steps, curves = plot.prepare_loss_curve(result, cell=(0, 0))
    assert steps[[0, -1]].tolist() == [200, 10_000] and curves.shape == (3, 50)
    assert np.allclose(curves, 1 / result.null_loss[0, 0])
    with pytest.raises(UsageError, match=r"cell: found \(9, 0\)"):
        plot.prepare_loss_curve(result, cell=(9, 0))


def test_features_and_gram_refuse_other_shapes():
    assert plot.prepare_features(np.eye(2)).tolist() == [[1, 0], [0, 1]]
    G, b = plot.prepare_gram([[1.0, -0.5]], b=[0.1, 0.2])
    assert np.allclose(G, [[1, -0.5], [-0.5, 0.25]]) and b.tolist() == [0.1, 0.2]
    for call in (
        lambda: plot.prepare_features(np.eye(3)),
        lambda: plot.prepare_gram(np.ones(3)),
        lambda: plot.prepare_gram(np.eye(2), b=np.ones(3)),
        lambda: plot.features(np.eye(2), importance=[1.0]),
    ):
        with pytest.raises(UsageError, match="found shape"):
            call()


def test_words_come_from_the_configuration(result):
    assert plot.describe(result.sweep) == (
        "n = 2, m = 1 · relu_output · adamw, 10,000 steps of 1,024 samples"
    )
    assert plot.axis_label("model.slope") == "model.slope"
    assert plot.describe_reduction("mean_minus_worst", 10) == "mean of 10 seeds but the worst"
    assert plot.describe_reduction("mean", 1) == "one seed"
    with pytest.raises(UsageError, match="did you mean 'best'"):
        plot.describe_reduction("bst", 2)
