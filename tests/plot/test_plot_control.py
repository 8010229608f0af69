"""Checks of capacity, scaling, activations and starts, of models built by hand."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim import plot
from phasesim.plot import checks
from phasesim.plot._scaling import fit
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status
from phasesim.theory import pair_capacity


def built(axes, W, loss, **fields):
    """A result of given weights (*axes, seed, m, n) and losses (*axes, seed)."""
    W, loss = np.asarray(W, np.float32), np.asarray(loss, float)
    e = ps.Experiment(n_features=W.shape[-1], n_hidden=W.shape[-2], **fields)
    arrays = {"W": W, "b": np.zeros((*loss.shape, W.shape[-1])), "loss": loss,
              "status": np.full(loss.shape, Status.ok)}  # fmt: skip
    own = {"W": ("hidden", "feature"), "b": ("feature",)}
    lead = (*(a.path for a in axes), "seed")
    dims = {k: lead + own.get(k, ()) for k in arrays}
    return Result(ps.Sweep(e, axes=axes, n_seeds=loss.shape[-1]), Arrays(arrays, dims, {}))


def passed(rows):
    assert not any(row["control"]["passed"] for row in rows)
    return [row["passed"] for row in rows]


def neuron(share):
    """Models of one neuron in which the second feature has a share of the capacity."""
    W = np.sqrt(np.stack([1 - share, share], axis=-1))[..., None, None, :]
    axes = [ps.geomspace("distribution.density", 1.0, 0.1, 9),
            ps.geomspace("target.ratio", 0.1, 10.0, 16)]  # fmt: skip
    law = ps.distributions.sparse_uniform(density=0.1, amplitude="gaussian")
    return built(axes, W, np.ones((9, 16, 1)), model="quadratic", target="sum_of_squares",
                 distribution=law)  # fmt: skip


def test_capacities_of_the_closed_form_and_others():
    p, r = np.geomspace(1, 0.1, 9)[:, None], np.geomspace(0.1, 10, 16)
    assert passed(checks.capacity(neuron(pair_capacity(r, 3 / p)))) == [True] * 5
    # as if all data were as sparse as the sparsest, and as if all were dense
    same = np.broadcast_to(pair_capacity(r, 30), (9, 16))
    assert [row["passed"] for row in checks.capacity(neuron(same))][:4] == [False] * 4
    alone = np.broadcast_to(pair_capacity(r, 3), (9, 16))
    assert not any(row["passed"] for k, row in enumerate(checks.capacity(neuron(alone))) if k != 3)
    with pytest.raises(ps.errors.UsageError, match="expected the model quadratic"):
        plot.prepare_capacity(built([], np.ones((1, 1, 2)), [1.0]))


def test_an_exponent_and_its_interval():
    m, rng = np.array([5.0, 10, 20, 40]), np.random.default_rng(0)
    misses = 0
    for _ in range(400):
        exponent, half, r2 = fit(m, m[:, None] ** -0.7 * np.exp(0.05 * rng.normal(size=(4, 2))))
        misses += abs(exponent - 0.7) > half
        assert 0.9 < r2 <= 1
    # of 400 intervals of 95 %: 20 expected, five standard deviations
    assert 20 - 5 * 4.4 < misses < 20 + 5 * 4.4
    assert np.isnan(fit(m[:1], np.ones((1, 4)))).all()


def scaled(strong):
    """Losses of both regimes by hand; strong: what the pull makes of the weights and losses."""
    n, sizes, alphas = 60, [4, 8, 16], [0.5, 1.0]
    axes = [ps.values("regularizers.unit_norm.coefficient", [0.1, 0.0]),
            ps.values("distribution.exponent", alphas), ps.values("n_hidden", sizes)]  # fmt: skip
    rng = np.random.default_rng(0)
    W, loss = np.zeros((2, 2, 3, 4, 16, n)), np.zeros((2, 2, 3, 4))
    for k, alpha in enumerate(alphas):
        p = ps.distributions.power_law(exponent=alpha).density_per_feature(n)
        for i, m in enumerate(sizes):
            W[1, k, i, :, :m, :m], loss[1, k, i] = np.eye(m), p[m:].sum() / 3
            random = rng.normal(size=(4, m, n))
            random /= np.linalg.norm(random, axis=1, keepdims=True)
            W[0, k, i], loss[0, k, i] = W[1, k, i], loss[1, k, i]
            if strong:
                W[0, k, i, :, :m], loss[0, k, i] = random, 1 / m
    return built(axes, W, loss, distribution="power_law")


def test_scaling_of_random_directions_and_of_the_most_frequent_features():
    assert passed(checks.scaling(scaled(strong=True))) == [True] * 5
    rows = checks.scaling(scaled(strong=False))
    # a line on logarithms their losses are too
    assert [row["passed"] for row in rows] == [False, True, False, False, True]


def table(both):
    """Losses by output and hidden unit: clearly less than one ignored feature costs, or that."""
    hidden, outputs = ["identity", "tanh", "gelu", "relu"], ["relu", "gelu", "identity"]
    axes = [ps.values("model.output", outputs), ps.values("model.activation", hidden),
            ps.values("distribution.density", [1.0, 0.1, 0.05]),
            ps.values("importance.ratio", [0.1, 0.5, 1.0, 2.0])]  # fmt: skip
    p, r = np.array([1.0, 0.1, 0.05])[:, None], np.array([0.1, 0.5, 1.0, 2.0])
    ignored = np.minimum(r, 1) * (p / 3 - p**2 / 4)
    factor = np.array([[0.5 if both(h, o) else 1.0 for h in hidden] for o in outputs])
    loss = (factor[:, :, None, None] * ignored)[..., None]
    law = {"name": "last_relative", "ratio": 1.0}
    return built(axes, np.ones((*loss.shape, 1, 2)), loss, model="relu_hidden", importance=law)


def test_activations_that_hold_two_features_in_one_unit():
    expected = table(lambda hidden, output: hidden != "relu" and output != "identity")
    assert passed(checks.activation(expected)) == [True] * 6
    everywhere = checks.activation(table(lambda hidden, output: True))
    assert [row["passed"] for row in everywhere] == [True] * 4 + [False] * 2
    nowhere = checks.activation(table(lambda hidden, output: False))
    assert [row["passed"] for row in nowhere] == [False] * 4 + [True] * 2


def test_starts_that_end_packed_and_others():
    law = {"name": "sparse_uniform", "density": 0.01}
    axes = [ps.values("n_features", [1, 4]), ps.values("init.std", [0.01, 0.1, 3.0])]
    W = np.full((2, 3, 2, 1, 4), np.nan)
    W[0, ..., :1], W[1] = 1, [1, -1, 0, 0]
    loss = np.array([[1e-4, 1e-4, 0.002], [0.0067, 0.0067, 0.008]])[..., None] * np.ones(2)

    def check(scale):
        return checks.initial_scale(built(axes, W * scale, loss, distribution=law, init="normal"))

    rows = check(1)
    assert [row["passed"] for row in rows][:3] == [True] * 3 and rows[4]["passed"]
    assert [row["passed"] for row in check(0.1)][:3] == [False, True, False]
