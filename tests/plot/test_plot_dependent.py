"""What the figures of dependent features draw and assert, as numbers."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PathCollection, QuadMesh

import phasesim as ps
from phasesim import gallery, plot
from phasesim.config import sweep_from_text
from phasesim.errors import UsageError
from phasesim.plot import checks
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status

DENSITY = ps.geomspace("distribution.density", 1.0, 0.1, 3)
RATIO = ps.geomspace("importance.ratio", 0.1, 10.0, 4)
PAIRS = [[0, 1], [2, 3]]
#: mates opposite, sets orthogonal; and mates merged
OPPOSITE = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
MERGED = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]) / 2**0.5


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def made(axes, W, *, loss=None, start=None, **fields):
    """A result of given weights (*axes, seed, m, n)."""
    W = np.asarray(W, np.float32)
    experiment = ps.Experiment(n_features=W.shape[-1], n_hidden=W.shape[-2], **fields)
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=W.shape[len(axes)])
    shape = (*sweep.shape, sweep.n_seeds)
    arrays = {
        "W": (W, ("hidden", "feature")),
        "b": (np.zeros((*shape, W.shape[-1]), np.float32), ("feature",)),
        "loss": (np.broadcast_to(0.0 if loss is None else loss, shape), ()),
        "status": (np.full(shape, Status.ok), ()),
    }
    if start is not None:
        arrays["W_snapshot"] = (np.asarray(start)[..., None, :, :], ("step", "hidden", "feature"))
        arrays["b_snapshot"] = (arrays["b"][0][..., None, :], ("step", "feature"))
    lead = (*(a.path for a in axes), "seed")
    dims = {name: lead + own for name, (_, own) in arrays.items()}
    return Result(sweep, Arrays({k: v for k, (v, _) in arrays.items()}, dims, {}))


def test_overlaps_are_those_of_the_pairs_of_each_kind():
    W = np.random.default_rng(0).normal(size=(5, 3, 6))
    sets = [[0, 3], [1, 2, 5], [4]]
    unit = W / np.linalg.norm(W, axis=-2, keepdims=True)
    for neurons in (False, True):
        found = plot.prepare_overlap(W, sets=sets, neurons=neurons, least=0.0)
        for k, model in enumerate(unit):
            of = np.abs(model) if neurons else model
            cosine = {(i, j): of[:, i] @ of[:, j] for i in range(6) for j in range(6) if i < j}
            own = [max((v for (i, j), v in cosine.items() if {i, j} <= set(s)), key=abs, default=0)
                   for s in sets]  # fmt: skip
            apart = [v for (i, j), v in cosine.items() if not any({i, j} <= set(s) for s in sets)]
            assert np.allclose(found.within[k], own)
            assert np.isclose(found.between[k], max(apart, key=abs))
            assert np.isclose(found.mates[k], max(own, key=abs))


def test_short_features_share_nothing_and_sets_hold_each_feature_once():
    found = plot.prepare_overlap(OPPOSITE * [1, 0.4, 1, 1], sets=PAIRS)
    assert found.within.tolist() == [0.0, -1.0] and found.between == 0
    assert plot.prepare_overlap(OPPOSITE * 0.4, sets=PAIRS, least=0.1).mates == -1
    for sets in ([[0, 1], [2]], [[0, 1], [1, 2, 3]]):
        with pytest.raises(UsageError, match="each of the 4 features once"):
            plot.prepare_overlap(OPPOSITE, sets=sets)


def test_root_mean_squares_of_blocks():
    rng = np.random.default_rng(1)
    basis = [np.linalg.qr(rng.normal(size=(4, 4)))[0] for _ in range(2)]
    within, between = plot.prepare_set_rms(np.hstack(basis), sets=[range(4), range(4, 8)])
    assert np.isclose(within, 0, atol=1e-12), "each set is orthogonal"
    assert np.isclose(between, 0.5), "rows of a rotation in four dimensions have length 1"
    assert np.isnan(plot.prepare_set_rms(np.eye(3), sets=[[0], [1], [2]])[0])


def test_pictures_of_sets_do_not_depend_on_the_rotation():
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(2, 2)))[0]
    one, two = (plot.prepare_set_features(W, sets=PAIRS) for W in (OPPOSITE, turn @ OPPOSITE))
    assert np.allclose(one, two, atol=1e-12)
    assert np.allclose(one[0], [[1, 0], [-1, 0]])
    ax = plot.set_features(MERGED, sets=PAIRS)
    rings = [c for c in ax.collections if isinstance(c, PathCollection) and not len(c.get_fc())]
    assert len(rings) == 2, "the second of each pair is a ring that shows on top of the first"
    assert ax.get_legend_handles_labels()[1] == ["set 1", "set 2"]


def curve_of(values):
    """W of two pairs in the plane with these cosines of mates, one a density."""
    other = np.sqrt(1 - np.square(values))
    W = np.zeros((len(values), 1, 2, 4))
    W[:, 0, 0], W[:, 0, 1, 1], W[:, 0, 1, 3] = 1.0, other, other
    W[:, 0, 0, 1] = W[:, 0, 0, 3] = values
    return W


def test_mate_curve_is_of_each_pair_and_undefined_where_nothing_correlates():
    law = ps.distributions.correlated(density=0.1)
    result = made((DENSITY,), curve_of([0.2, 0.5, -0.3]), distribution=law)
    shown = plot.prepare_mate_curve(result)
    assert np.isnan(shown.values[""][0]).all(), "at p = 1 features are independent"
    assert np.allclose(shown.values[""][1:], [[0.5, 0.5], [-0.3, -0.3]], atol=1e-6)
    ax = plot.mate_curve(result)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["one set", "mean over sets"]


def test_overlap_map_is_of_the_best_seed_with_density_upward():
    C = ps.linspace("distribution.correlation", -1, 1, 3)
    W = np.empty((3, 3, 2, 2, 4))
    W[..., 0, :, :], W[..., 1, :, :] = OPPOSITE, MERGED
    loss = np.zeros((3, 3, 2))
    loss[:, 2, 0] = 1.0
    result = made((DENSITY, C), W, loss=loss, distribution="cooccurrence", model="linear")
    shown = plot.prepare_overlap_map(result)
    assert np.allclose(shown.values, [[-1, -1, 1]] * 3)
    assert np.allclose(plot.prepare_overlap_map(result, between="strangers").values, 0)
    assert np.allclose(plot.prepare_overlap_map(result, between="any").values, shown.values)
    assert np.allclose(plot.prepare_overlap_map(result, neurons=True).values, 1)
    ax = plot.overlap_map(result)
    (mesh,) = (c for c in ax.collections if isinstance(c, QuadMesh))
    assert mesh.get_clim() == (-1, 1) and mesh.get_cmap().name == "RdBu_r"
    assert ax.get_xlabel() == "correlation c of a pair"
    with pytest.raises(UsageError, match="did you mean 'mates'"):
        plot.prepare_overlap_map(result, between="mate")


def test_gram_of_sets_has_a_line_at_each_border():
    ax = plot.set_gram(OPPOSITE, sets=PAIRS)
    assert sorted(line.get_xdata()[0] for line in ax.lines) == [0, 1.5]
    assert ax.get_title() == "rms 1.00 within, 0.00 between"


def passed(rows):
    return [row["passed"] for row in rows], [row["control"]["passed"] for row in rows]


def test_anticorrelated_pairs_pass_as_digons_and_fail_as_merged_pairs():
    axes = (ps.values("model", ["relu_output", "linear"]), ps.values(DENSITY.path, [0.3, 0.1]))
    law = ps.distributions.anticorrelated(density=0.1)
    W = np.stack([[[OPPOSITE]] * 2, [[OPPOSITE / 2**0.5]] * 2])
    loss = np.array([0.0, 0.1])[:, None, None]
    right = made(axes, W, loss=loss, distribution=law)
    assert passed(checks.anticorrelated(right)) == ([True] * 4, [False] * 4)
    wrong = made(axes, np.broadcast_to(MERGED, W.shape), loss=0.1, distribution=law)
    assert passed(checks.anticorrelated(wrong))[0] == [False, True, False, False]


def test_correlated_pairs_pass_as_a_square_and_a_hexagon():
    angle = np.arange(6) * np.pi / 3
    hexagon = np.array([np.cos(angle), np.sin(angle)])
    square = np.zeros((2, 6))
    square[:, :4] = [[1, 0, -1, 0], [0, 1, 0, -1]]
    merged, six_merged = np.zeros((2, 6)), np.repeat(hexagon[:, ::2], 2, axis=1)
    merged[:, :4] = MERGED
    axes = (ps.values("model", ["relu_output", "linear"]), ps.values("n_features", [4, 6]),
            ps.values(DENSITY.path, [0.1, 0.05, 0.01, 0.0025]))  # fmt: skip
    W = np.stack([[[square] * 4, [hexagon] * 4], [[merged] * 4, [six_merged] * 4]])[..., None, :, :]
    W[0, 1, 0] = six_merged
    W[:, 0, ..., 4:] = np.nan
    law = ps.distributions.correlated(density=0.1)
    assert passed(checks.correlated(made(axes, W, distribution=law))) == ([True] * 5, [False] * 5)
    W[0, 1] = hexagon[:, [0, 3, 1, 4, 2, 5]]
    rows = checks.correlated(made(axes, W, distribution=law))
    assert passed(rows)[0] == [True, True, False, True, False], "mates opposite in the hexagon"


def test_local_bases_pass_and_random_directions_do_not():
    rng = np.random.default_rng(3)
    turn = np.linalg.qr(rng.normal(size=(10, 10)))[0]
    axes = (ps.values("distribution.set_size", [10, 1]), ps.values(DENSITY.path, [0.3, 0.1]))
    law = ps.distributions.correlated(density=0.1, set_size=10)
    free = np.hstack([np.eye(10), -np.eye(10)])[:, rng.permutation(20)]
    W = np.broadcast_to(np.hstack([np.eye(10), turn]), (2, 2, 1, 10, 20)).copy()
    W[1] = free
    assert passed(checks.local_basis(made(axes, W, distribution=law))) == ([True] * 3, [False] * 3)
    W[0] = rng.normal(size=(10, 20)) / 10**0.5
    assert not any(passed(checks.local_basis(made(axes, W, distribution=law)))[0])


def test_the_way_to_principal_components_passes_in_order_and_fails_backwards():
    angle = np.arange(6) * np.pi / 3
    hexagon = np.array([np.cos(angle), np.sin(angle)])
    merged = np.repeat(hexagon[:, ::2], 2, axis=1) / 2**0.5
    two = np.array([[1.0, 1.0, -1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]]) / 2**0.5
    two[:, 4:] = np.array([[0.5, -0.5], [0.87, 0.87]])
    axes = (ps.values("model", ["relu_output", "linear"]),
            ps.values(DENSITY.path, [1.0, 0.8, 0.2, 0.01]))  # fmt: skip
    W = np.stack([[hexagon, merged, two, hexagon], [merged] * 4])[:, :, None]
    start = np.random.default_rng(4).normal(size=W.shape)
    loss = np.array([4 / 12, 0.1, 0.1, 0.001])[None, :, None]
    options = {"distribution": ps.distributions.correlated(density=0.1), "start": start}
    rows = checks.principal(made(axes, W, loss=loss, **options))
    assert passed(rows) == ([True] * 6, [False] * 6)
    assert rows[0]["measured"] == [0.5, 0.5] and rows[4]["measured"] == 1
    rows = checks.principal(made(axes, W[:, ::-1], loss=loss[:, ::-1], **options))
    assert passed(rows)[0] == [True, False, False, True, False, False]


@pytest.mark.parametrize("right", [True, False])
def test_those_that_rarely_meet_share_a_line_and_those_that_often_meet_do_not(right):
    axes = (ps.values("model", ["relu_output", "relu_hidden"]), ps.values("n_hidden", [2, 3]),
            ps.values(DENSITY.path, [0.5, 0.2, 0.05]),
            ps.values("distribution.correlation", [-1.0, 0.0, 1.0]))  # fmt: skip
    strangers = OPPOSITE[:, [0, 2, 1, 3]]
    W = np.zeros((2, 2, 3, 3, 1, 3, 4))
    W[..., :2, :], W[:, :, :, 2, 0, :2] = OPPOSITE, strangers
    W[0, 0, 0, 2, 0, :2] = W[1, 0, :, 2, 0, :2] = MERGED
    W[:, 0, ..., 2, :] = np.nan
    if not right:
        W = W[:, :, ::-1, ::-1]
    rows = checks.cooccurrence(made(axes, W, distribution="cooccurrence"))
    assert passed(rows)[0] == [right] * 9
    assert not right or passed(rows)[1] == [False] * 9


@pytest.mark.parametrize(
    ("law", "cosine", "right", "independent"),
    [("correlated", 1, 1, 1 / 3), ("correlated", -1, 0, 2 / 3), ("context", -1, 1, 1)],
)
def test_signs_are_those_that_cost_less(law, cosine, right, independent):
    # p = 1, 0.32 and 0.1: two independent features of one line are opposite below p = 4/7
    W = np.broadcast_to([[0.8, 0.8 * cosine]], (3, 4, 1, 1, 2))
    result = made((DENSITY, RATIO), W, distribution=law, importance="last_relative")
    row = checks.dependent(result)[1]
    assert row["measured"] == right and row["passed"] == bool(right)
    assert row["control"]["measured"] == pytest.approx(independent, abs=1e-6)


LAWS = (
    '{ name = "context", density = 0.1 }',
    '{ name = "cooccurrence", density = 0.1, correlation = 0.5 }',
    '{ name = "mixture", density = 0.1, background = 0.3 }',
)
AXES = ", ".join((
    f'{{ path = "{DENSITY.path}", geomspace = [1.0, 0.1, 2] }}',
    f'{{ path = "{RATIO.path}", geomspace = [0.5, 2.0, 3] }}',
))  # fmt: skip
# sampled: compiling the exact loss of each law would take most of the time
SMALL = ("engine=sampled", "batch_size=32", "n_steps=20", "sweep.n_seeds=2", f"sweep.axes=[{AXES}]")


@pytest.mark.parametrize("line", LAWS)
def test_one_changed_line_gives_the_phase_diagram_of_another_law(line):
    text = (gallery.folder() / "phase-correlated.toml").read_text()
    changed, count = re.subn(r"(?m)^distribution = .*$", f"distribution = {line}", text)
    assert count == 1 and f"#   distribution = {line}" in text, "the file names this very line"
    result = ps.run(sweep_from_text(changed, "changed", SMALL))
    law = type(result.sweep.experiment.distribution).__name__
    assert f'"{law}"' in line
    figure = gallery.load("phase-correlated").draw(result)
    assert f"{law} data" in figure.get_suptitle()
    assert len([c for ax in figure.axes for c in ax.collections if isinstance(c, QuadMesh)]) >= 2
    assert len(checks.dependent(result)) == 4


def test_the_line_is_all_that_tells_two_independent_features_from_two_correlated_ones():
    one, two = (gallery.sweep_of(name) for name in ("phase-correlated", "phase-2x1-true"))
    same = ("n_features", "n_hidden", "importance", "model", "target", "loss", "engine", "init")
    assert all(getattr(one.experiment, k) == getattr(two.experiment, k) for k in same)
    assert [a.path for a in one.axes] == [a.path for a in two.axes]
    assert type(one.experiment.distribution).__name__ == "correlated"
