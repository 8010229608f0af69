"""Neurons: the derived values on planted models."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim.interpret._drive import drive
from phasesim.interpret._naming import _auc


@pytest.fixture(scope="module")
def found(measure):
    """Three planted pairs: orthogonal, antipodal and aligned with lengths 1 and 1/2."""
    experiment = ps.Experiment(
        n_features=2, n_hidden=2, distribution=ps.distributions.sparse_uniform(density=0.05)
    )
    Ws = [np.eye(2), [[1, -1], [0, 0]], [[1, 0.5], [0, 0]]]
    return measure("neurons", experiment, Ws, n_samples=1 << 15, k=1)


def test_one_feature_a_neuron(found):
    np.testing.assert_array_equal(found["share"][0], np.eye(2))
    ones = ("n_drivers", "participation", "largest_share", "same_label", "top_agreement")
    for name, value in {**dict.fromkeys(ones, 1), "driver_entropy": 0}.items():
        # exact but for float32 logarithms
        np.testing.assert_allclose(found[name][0], [value, value], atol=1e-6, err_msg=name)
    # there is no second driver to tell from the first
    assert np.isnan(found["auc_sign"][0]).all()


def test_an_antipodal_pair_is_told_apart_by_the_sign(found):
    # 1,600 samples of each feature: the standard error of a share is 0.012
    np.testing.assert_allclose(found["share"][1, 0], [0.5, 0.5], atol=0.05)
    assert found["participation"][1, 0] == pytest.approx(2, abs=0.01)
    assert found["auc_sign"][1, 0] == 1 and found["auc_both"][1, 0] == 1
    assert found["auc_magnitude"][1, 0] == pytest.approx(0.5, abs=0.05)


def test_an_aligned_pair_is_told_apart_by_the_magnitude_as_far_as_it_goes(found):
    np.testing.assert_allclose(found["share"][2, 0], [0.8, 0.2], atol=0.03)
    assert found["participation"][2, 0] == pytest.approx(1 / (0.64 + 0.04), abs=0.06)
    assert found["auc_sign"][2, 0] == pytest.approx(0.5, abs=0.01)
    # P(U[0, 1) > V[0, 1/2)) = 3/4, and a few samples in which both are active
    assert found["auc_magnitude"][2, 0] == pytest.approx(0.75, abs=0.03)
    # the largest activations are those of the longer direction
    assert found["largest_share"][2, 0] > found["largest_share_all"][2, 0] - 0.1
    assert found["driver_entropy"][2, 0] < found["driver_entropy_all"][2, 0]


def test_a_silent_neuron_has_no_drivers(found):
    for name in ("share", "participation", "top_agreement", "largest_share", "driver_entropy"):
        assert np.isnan(found[name][1:, 1]).all(), name
    assert (found["n_drivers"][1:, 1] == 0).all()


def test_silencing_features_one_by_one_against_loops():
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=(3, 4)), rng.random((4, 40)) * (rng.random((4, 40)) < 0.5)
    found = drive(lambda v: jnp.maximum(W @ v, 0), jnp.asarray(x, "f4"), 5)
    h = np.maximum(W @ x, 0)
    change = np.stack([h - np.maximum(W @ np.where(np.arange(4)[:, None] == i, 0, x), 0)
                       for i in range(4)])  # fmt: skip
    size = np.abs(change)
    # float32
    np.testing.assert_allclose(found.h, h, atol=1e-6)
    np.testing.assert_allclose(found.largest, size.max(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.total, size.sum(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.square, (change**2).mean(axis=2).T, atol=1e-6)
    driven = size.max(axis=0) > 1e-6
    np.testing.assert_array_equal(found.who[driven], size.argmax(axis=0)[driven])
    assert (found.who[~driven] == -1).all()
    top = np.argsort(-h, axis=1, kind="stable")[:, :5]
    means = [[size[i, j, top[j]].mean() for i in range(4)] for j in range(3)]
    np.testing.assert_allclose(found.in_top, means, atol=1e-6)


def test_the_auc_of_binned_scores_counts_ties_as_one_half():
    known = np.array([[9.0, 5, 1]]), np.array([[1.0, 5, 9]])
    a, b = np.array([[6.0, 3, 1]]), np.array([[2.0, 3, 5]])
    pairs = [(i > j) + 0.5 * (i == j) for i in np.repeat([2, 1, 0], [6, 3, 1])
             for j in np.repeat([2, 1, 0], [2, 3, 5])]  # fmt: skip
    assert float(_auc(*known, a, b)[0]) == pytest.approx(np.mean(pairs))
