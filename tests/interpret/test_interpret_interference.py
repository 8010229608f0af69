"""Interference of learning on planted pairs, and where training has converged."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.interpret._losses import sampled_losses
from phasesim.interpret.interference import _gradients

ALIGNED = np.array([[1, 1], [0, 0]]) / np.sqrt(2)


@pytest.fixture(scope="module")
def exclusive():
    """Two binary features that are never active together."""
    law = ps.distributions.context(n_contexts=2, density=0.8, amplitude="bernoulli")
    return ps.Experiment(n_features=2, n_hidden=2, distribution=law)


@pytest.fixture(scope="module")
def planted(measure, exclusive):
    """An aligned pair at its best length, an antipodal one, and orthogonal directions."""
    Ws = [ALIGNED, ALIGNED * [[1, -1], [1, 1]], 0.7 * np.eye(2)]
    return measure("interference", exclusive, Ws, n_samples=8192)


def test_an_aligned_pair_only_takes_from_each_other(planted):
    # counts of the two features differ by 1 % or so between them
    np.testing.assert_allclose(planted["harm"][0], 1, atol=0.1)
    assert planted["balance"][0] == pytest.approx(0, abs=0.01)
    np.testing.assert_array_equal(planted["conflict"][0], 1)
    np.testing.assert_allclose(planted["partners"][0], 1, rtol=1e-6)
    assert planted["opposed"][0] == 1


def test_features_that_do_not_meet_do_not_interfere(planted):
    for model in (1, 2):
        np.testing.assert_array_equal(planted["harm"][model], 0)
        assert planted["opposed"][model] == 0
        assert planted["balance"][model] == pytest.approx(1, abs=1e-6)
        assert np.isnan(planted["conflict"][model]).all()


def test_a_feature_learned_to_the_end_has_no_gradient(measure, exclusive):
    found = measure("interference", exclusive, [np.eye(2)], n_samples=64)
    assert np.isnan(found["harm"]).all() and np.isnan(found["balance"]).all()
    assert found["opposed"] == 0


def test_gradients_are_those_of_the_losses(exclusive):
    single = pytree.as_arrays(exclusive, np.float32)
    pytree.register(single)
    rng = np.random.default_rng(0)
    x = rng.random((2, 64)).astype("f4")
    params = {"W": rng.normal(size=(2, 2)).astype("f4"), "b": np.zeros(2, "f4")}
    made = jax.jit(lambda p: _gradients(p, single, x))(params)
    expected = jax.jit(jax.jacobian(lambda p: sampled_losses(single, x, p)))(params)
    rows = np.concatenate([expected["W"].reshape(2, -1), expected["b"]], axis=1)
    np.testing.assert_allclose(made, rows, rtol=1e-5, atol=1e-6)
