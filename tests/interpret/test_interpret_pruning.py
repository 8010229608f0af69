"""Braided weights and pruning on planted models, and the losses that they stand on."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.interpret import _losses, _weights

TURNED = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
P = 0.5


def experiment(n, m, model="linear", **law):
    distribution = ps.distributions.sparse_uniform(density=P, **law)
    importance = ps.importances.last_relative(ratio=0.01)
    return ps.Experiment(
        n_features=n, n_hidden=m, model=model, distribution=distribution, importance=importance
    )


def registered(e):
    single = pytree.as_arrays(e, np.float32)
    pytree.register(single)
    return single


LAWS = {
    "relu_output": ps.distributions.sparse_uniform(density=0.3),
    "linear": ps.distributions.sparse_uniform(density=0.3),
    "contexts": ps.distributions.context(n_contexts=2, density=0.6),
}


@pytest.mark.parametrize("case", LAWS)
def test_exact_losses_of_features_are_those_of_many_samples(case):
    model = "linear" if case == "linear" else "relu_output"
    e = registered(ps.Experiment(
        n_features=4, n_hidden=2, model=model, distribution=LAWS[case],
        importance=ps.importances.geometric(base=0.8),
    ))  # fmt: skip
    rng = np.random.default_rng(0)
    params = {"W": rng.normal(size=(2, 4)).astype("f4"), "b": rng.normal(size=4).astype("f4") / 4}
    x = e.distribution.sample(jax.random.key(0), 200_000, 4)
    exact = jax.jit(lambda p: _losses.feature_losses(e, x[:, :1])(p))(params)
    output = e.model.apply(params, x, 2)
    error = np.asarray(e.importance.per_feature(4))[:, None] * (output - x) ** 2
    # four standard errors
    wide = 4 * np.std(error, axis=1) / np.sqrt(200_000)
    assert (np.abs(np.asarray(exact) - np.mean(error, axis=1)) < wide).all()
    assert (wide < 0.03 * np.asarray(exact)).all()
    np.testing.assert_allclose(
        _losses.sampled_losses(e, x, params), np.mean(error, axis=1), rtol=1e-4
    )


def test_null_losses_add_up_to_the_experiments():
    e = experiment(3, 2)
    assert float(_losses.null_losses(registered(e)).sum()) == pytest.approx(e.null_loss())


def test_weights_are_all_matrices_and_come_back():
    params = {"W": jnp.arange(6.0).reshape(2, 3), "b": jnp.ones(3)}
    flat, rebuild = _weights.weights(params)
    np.testing.assert_array_equal(flat, np.arange(6))
    changed = rebuild(flat.at[4].set(-1))
    assert changed["W"][1, 1] == -1 and (changed["b"] == 1).all()
    rise = _weights.removals(lambda p: p["W"].sum(axis=0) + p["b"], params)
    expected = np.zeros((6, 3))
    expected[np.arange(6), np.arange(6) % 3] = -np.arange(6)
    np.testing.assert_array_equal(rise, expected)


def test_every_weight_of_turned_directions_serves_both_features(measure):
    found = measure("braids", experiment(2, 2), [TURNED, np.eye(2)], n_samples=512)
    np.testing.assert_array_equal(found["serving"], [1, 0.5])
    for name in ("braided", "two_contexts"):
        np.testing.assert_array_equal(found[name], [1, 0], err_msg=name)
        np.testing.assert_array_equal(found[f"{name}_dedicated"], 0)
    # 8,192 samples: standard error below 0.02
    np.testing.assert_allclose(found["lift_random"], 1, atol=0.06)
    np.testing.assert_allclose(found["lift"][0], found["lift_random"][0], rtol=1e-5)
    assert np.isnan(found["lift"][1])


def test_contexts_exclude_what_a_weight_serves(measure):
    """Features 0 and 2, of different contexts, share two neurons at 45 degrees."""
    law = ps.distributions.context(n_contexts=2, density=0.6)
    e = ps.Experiment(n_features=4, n_hidden=4, model="linear", distribution=law)
    W = np.eye(4)
    W[np.ix_([0, 2], [0, 2])] = TURNED
    found = measure("braids", e, [W], n_samples=512)
    assert found["lift"] == 0
    # two of six pairs are of one context, whose features are active together twice as often
    assert found["lift_random"] == pytest.approx(2 / 3, abs=0.05)
    # four of six weights serve both contexts
    assert found["braided"] == pytest.approx(4 / 6)
    assert found["two_contexts"] == pytest.approx(4 / 6)


@pytest.mark.parametrize("model", ["linear", "relu_hidden"])
def test_pruning_takes_zeros_and_then_what_weighs_little(measure, model):
    e = experiment(4, 4, model)
    # by magnitude an important feature would go first
    found = measure("pruning", e, [np.diag([0.8, 1, 1, 1])], n_shares=16, n_samples=4096)
    assert found["share"] == 0.75
    assert found["hidden"] == 0
    assert found["share_saliency"] == 13 / 16
    # the rise of one feature: E x² over Var x, and over that of all features by importance
    rise = 1 / (1 - 0.75 * P)
    # 4,096 samples: standard error 0.02
    assert found["hidden_saliency"] == pytest.approx(rise, rel=0.07)
    assert found["hidden_mean_saliency"] == pytest.approx(rise / 4, rel=0.07)
    assert found["rise_saliency"][0, 13] == pytest.approx(0.01 * rise / 3.01, rel=0.07)
    assert found["share_random"] < 0.75
    for name in ("rise", "worst"):
        np.testing.assert_array_equal(found[name][0, :13], 0)
        assert found[f"{name}_saliency"][0, -1] == pytest.approx(found[name][0, -1], rel=1e-5)
