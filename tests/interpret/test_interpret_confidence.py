"""Calibration, attacks and context neurons on planted models."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import phasesim as ps
from phasesim.interpret.context_neuron import _information

#: so large that logits of c²/2 are certain
C2 = 40.0


def detecting(n, m, density):
    return ps.Experiment(
        n_features=n, n_hidden=m, target="detect", loss="logistic",
        model=ps.models.relu_hidden(output="identity"),
        distribution=ps.distributions.sparse_uniform(density=density, amplitude="bernoulli"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def pairs(measure):
    """Two features with directions of their own, and two in one direction."""
    Ws = np.sqrt(C2) * np.array([np.eye(2), [[1, 1], [0, 0]]])
    return measure("confidence", detecting(2, 2, 0.3), Ws, b=-C2 / 2)


def test_orthogonal_detectors_are_right_as_far_as_half_a_feature(pairs):
    for way in ("", "_random", "_pgd"):
        assert pairs[f"wrong{way}"][0] == 0 and pairs[f"accuracy{way}"][0] == 1
        assert pairs[f"ece{way}"][0] < 0.03


def test_features_of_one_direction_are_taken_for_each_other(pairs):
    # 2,048 samples: standard error 0.01
    for name in ("wrong", "ece"):
        assert pairs[name][1] == pytest.approx(0.3 * 0.7, abs=0.04)
    assert pairs["accuracy"][1] == pytest.approx(1 - pairs["wrong"][1], abs=1e-6)
    assert pairs["wrong_prior"][1] == 0
    assert pairs["accuracy_prior"][1] == pytest.approx(0.7, abs=0.04)
    assert pairs["ece_prior"][1] < 0.04


def test_an_attack_finds_the_side_that_chance_misses_half_of_the_time(measure):
    found = measure("confidence", detecting(1, 1, 0.05), [[[C2**0.5]]], b=-C2 / 2, radius=0.75)
    assert found["wrong"] == 0 and found["wrong_pgd"] == 1
    assert found["wrong_random"] == pytest.approx(0.5, abs=0.05)
    # who always says 0.05 is confidently wrong where the feature is active
    assert found["wrong_prior"] == pytest.approx(0.05, abs=0.02)


def test_models_without_probabilities_are_refused(measure):
    experiment = ps.Experiment(n_features=2, n_hidden=1)
    with pytest.raises(ps.PhasesimError, match="found loss 'weighted_mse'"):
        measure("confidence", experiment, [[[1, 0]]])


def test_information_is_that_of_the_entropies():
    counts = np.random.default_rng(0).integers(0, 9, size=(3, 4, 2)).astype(float)
    entropy = lambda *axes: stats.entropy(counts.sum(axis=axes).ravel(), base=2)  # noqa: E731
    expected = entropy(2) + entropy(1) - entropy() - entropy(1, 2)
    assert float(_information(jnp.asarray(counts))) == pytest.approx(expected, abs=1e-5)


def entropy(p):
    return stats.entropy([p, 1 - p], base=2)


def test_a_neuron_of_two_contexts_needs_the_other(measure):
    law = ps.distributions.context(n_contexts=2, density=(0.5, 1.0), amplitude="bernoulli")
    experiment = ps.Experiment(n_features=2, n_hidden=2, model="relu_hidden", distribution=law)
    found = measure("context_neuron", experiment, [[[1, 1], [0, 1]], np.eye(2)])
    np.testing.assert_array_equal(found["found"], [1, 0])
    np.testing.assert_array_equal(found["found_shuffled"], 0)
    # 8,192 samples: standard errors below 0.01
    shared = entropy(1 / 4) - 3 / 4 * entropy(1 / 3)
    np.testing.assert_allclose(found["alone"][0, 0, 0], shared, atol=0.03)
    np.testing.assert_allclose(found["alone"][1, 0, 0], entropy(1 / 4), atol=0.03)
    np.testing.assert_allclose(found["given"][:, 0, 0], 0.5, atol=0.03)
    for name in ("alone_shuffled", "given_shuffled"):
        assert (found[name] < 0.003).all()
