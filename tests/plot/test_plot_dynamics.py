"""Numbers behind the figures of training, neurons and control, of models built by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import phasesim as ps
from phasesim import plot
from phasesim.plot import checks
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status
from phasesim.theory import k_gon_levels, population_loss

PENALTY = "regularizers.hidden_l1.coefficient"


def built(axes, W, loss, **extra):
    """A result of given weights (*axes, seed, m, n) and losses (*axes, seed)."""
    W, loss = np.asarray(W, np.float32), np.asarray(loss, float)
    fields = extra.pop("fields", {})
    e = ps.Experiment(n_features=W.shape[-1], n_hidden=W.shape[-2], **fields)
    sweep = ps.Sweep(e, axes=axes, n_seeds=W.shape[len(axes)])
    arrays = {"W": W, "b": np.zeros((*loss.shape, W.shape[-1])), "loss": loss,
              "status": np.full(loss.shape, Status.ok), **extra}  # fmt: skip
    own = {"W": ("hidden", "feature"), "b": ("feature",), "loss_curve": ("point",)}
    lead = (*(a.path for a in axes), "seed")
    return Result(sweep, Arrays(arrays, {k: lead + own.get(k, ()) for k in arrays}, {}))


def test_levels_of_k_gons_are_losses_of_models():
    # the numbers of Chen et al. 2023 for six features
    known = {"4": 1 / 9, "4+": 1 / 9 - 1 / 144, "4++": 1 / 9 - 2 / 144, "5": 0.068744,
             "5+": 0.061799, "6": 0.048192}  # fmt: skip
    found = k_gon_levels(6)
    assert list(found) == list(known)
    np.testing.assert_allclose(list(found.values()), list(known.values()), atol=1e-6)
    law = ps.distributions.anticorrelated(set_size=6, set_density=1.0)
    angle = 2 * np.pi * np.arange(6) / 6
    hexagon = 1.32053 * np.stack([np.cos(angle), np.sin(angle)])
    loss = population_loss(hexagon, np.full(6, -0.61814), importance=1, distribution=law)
    assert float(loss) == pytest.approx(found["6"], abs=1e-6)
    with pytest.raises(ps.errors.UsageError, match="n_features"):
        k_gon_levels(3)


def plateaus(end):
    """Loss curves that stand at two levels, fall in between, and end at one."""
    levels = k_gon_levels(6)
    fall = np.geomspace(levels["4++"], levels["5"], 12)[1:-1]
    low = np.geomspace(levels["5"], end, 12)[1:-1]
    return np.concatenate([np.linspace(0.13, 0.1, 10), np.full(30, levels["4++"]), fall,
                           np.full(30, levels["5"]), low, np.full(30, end)])  # fmt: skip


def test_loss_that_stands_at_levels_of_k_gons_and_elsewhere():
    law = {"name": "anticorrelated", "set_size": 6, "set_density": 1.0}
    for end, holds in ((k_gon_levels(6)["6"], True), (0.055, False)):
        curve = np.tile(plateaus(end), (2, 1))
        count = curve.shape[1]
        fields = {"distribution": law, "n_steps": count, "record": {"n_losses": count}}
        made = built([], np.ones((2, 2, 6)), curve[:, -1], loss_curve=curve, fields=fields)
        shown = plot.prepare_levels(made)
        assert shown.loss.shape == (2, count) and shown.steps[-1] == count
        rows = checks.k_gons(made)
        assert [row["passed"] for row in rows] == [holds, holds, True, holds]
        assert not any(row["control"]["passed"] for row in rows)


def test_lines_along_an_axis_are_means_with_standard_errors():
    axes = [ps.values("distribution.density", [0.1, 0.5]), ps.values(PENALTY, [0.1, 0.0, 1.0])]
    values = np.arange(12.0).reshape(2, 3, 2)
    values[1, 1, 0] = np.nan
    made = built(axes, np.ones((2, 3, 2, 1, 2)), values)
    shown = plot.prepare_axis_lines(made, values, PENALTY)
    assert shown.x.tolist() == pytest.approx([0.0, 0.1, 1.0])
    assert {k: v.tolist() for k, v in shown.mean.items()} == {
        "p = 0.1": [2.5, 0.5, 4.5], "p = 0.5": [9.0, 6.5, 10.5]}  # fmt: skip
    assert shown.error["p = 0.1"].tolist() == pytest.approx([0.5] * 3)
    assert shown.error["p = 0.5"][0] == 0
    ax = plot.axis_lines(made, values, PENALTY, ax=Figure().subplots())
    assert [t.get_text() for t in ax.get_xticklabels()] == ["0", "0.1", "1"]
    with pytest.raises(ps.errors.UsageError, match="along"):
        plot.prepare_axis_lines(made, values, "n_hidden")


def test_superposition_that_an_l1_term_ends():
    axes = [ps.values("distribution.density", [0.1]), ps.values(PENALTY, [0.0, 0.1, 1.0])]
    pair, one, none = np.array([[1.0, -1.0]]), np.array([[1.0, 0.1]]), np.zeros((1, 2))
    for kinds, losses, kept, holds in (
        ([pair, one, one], [0.1, 0.2, 0.3], (True, False), [True, True, True]),
        ([pair, one, none], [0.1, 0.2, 0.3], (False, False), [True, True, True]),
        ([one, none, pair], [0.3, 0.2, 0.1], (True, True), [False, False, False]),
    ):
        W = np.stack(kinds)[None, :, None]
        made = built(axes, W, np.array(losses)[None, :, None])
        represented, *rows = checks.l1(made)
        assert (represented["passed"], represented["control"]["passed"]) == kept
        assert [row["passed"] for row in rows] == holds
        assert [not row["control"]["passed"] for row in rows] == holds


def test_control_maps_are_sorted_and_their_trend_is_checked():
    axes = [ps.values("n_features", [4, 2]), ps.values(PENALTY, [1.0, 0.0])]
    W = np.zeros((2, 2, 1, 2, 4))
    W[0, 1, 0] = [[1, -1, 0, 0], [0, 0, 1, -1]]  # n = 4, no penalty: all are represented
    W[0, 0, 0, 0, 0] = W[1, 1, 0, 0, 0] = W[1, 1, 0, 1, 1] = 1
    W[1, :, :, :, 2:] = np.nan
    made = built(axes, W, np.array([[[0.4], [0.1]], [[0.2], [0.05]]]))
    shown = plot.prepare_control_map(made, "features_per_dimension")
    assert shown.path == PENALTY
    assert (shown.crowd.tolist(), shown.strength.tolist()) == ([1.0, 2.0], [0.0, 1.0])
    assert shown.values.tolist() == [[1.0, 0.0], [2.0, 0.5]]
    rows = checks.control(made)
    assert [row["passed"] for row in rows] == [True] * 4
    assert not any(row["control"]["passed"] for row in rows)
    with pytest.raises(ps.errors.UsageError, match="n_features"):
        plot.prepare_control_map(built([axes[1]], W[0], np.ones((2, 1))), "features_per_dimension")


def test_bars_of_a_neuron_stand_on_each_other():
    base, height = plot.prepare_neuron_stack([[1.0, -0.5, 2.0, -1.0]])
    assert base.tolist() == [[0.0, 0.0, 1.0, -0.5]]
    assert height.tolist() == [[1.0, -0.5, 2.0, -1.0]]
    with pytest.raises(ps.errors.UsageError, match="W: found shape"):
        plot.prepare_neuron_stack([1.0])
    assert plot.scaled([[0.0, -2.0], [4.0, 1.0]]).tolist() == [[1.0, 0.25], [0.0, -1.0]]


def test_the_motif_needs_all_of_its_parts():
    W_in, W_out = np.array([[2.0, -0.5], [1.0, 0.0]]), np.array([[0.5, 0.5], [2.0, -1.0]])
    assert plot.motifs(W_in, W_out) == [(0, 0, 1, 1)]
    spoiled = [
        (np.array([[2.0, -1.5], [1.0, 0.0]]), W_out),  # equal weights in
        (np.array([[2.0, -0.1], [1.0, 0.0]]), W_out),  # a single weight in
        (W_in, np.array([[1.5, 0.5], [2.0, -1.0]])),  # equal weights out
        (W_in, np.array([[0.5, 0.5], [2.0, 1.0]])),  # nothing inhibits
        (np.array([[2.0, -0.5], [-1.0, 0.0]]), W_out),  # what inhibits fires with the other sign
    ]
    assert [plot.motifs(*pair) for pair in spoiled] == [[]] * len(spoiled)
    with pytest.raises(ps.errors.UsageError, match="W_out"):
        plot.motifs(W_in, np.ones((3, 2)))


def test_stages_are_even_in_log_loss():
    loss = np.array([1.0, 0.99, 0.5, 0.1, 0.099, 0.01, 0.01])
    shown = SimpleNamespace(loss=loss)
    assert plot.stages(shown, 3) == [0, 3, 6]
