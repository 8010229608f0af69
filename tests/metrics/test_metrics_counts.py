"""Metrics that count features and neurons, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from phasesim.metrics import features_per_dimension, polysemantic_neurons


def test_features_per_dimension_counts_columns():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(6, 3, 8)) * 0.4
    counted = [[np.sqrt(sum(v * v for v in w[:, i])) > 0.5 for i in range(8)] for w in W]
    assert np.allclose(features_per_dimension(W), np.sum(counted, axis=1) / 3)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    assert np.allclose(features_per_dimension(turn @ W), features_per_dimension(W))
    assert np.isnan(features_per_dimension(np.full((2, 3), np.nan)))


def test_a_neuron_is_polysemantic_with_two_weights_of_about_one():
    W = np.zeros((5, 6))
    W[0, :2] = 0.8, -1.2  # both ends count
    W[1, :3] = 1.0, 0.79, 1.21
    W[2, :3] = 1.0, -1.0, 1.0
    W[3, :2] = 0.5, 0.5
    assert polysemantic_neurons(W) == 2
    assert polysemantic_neurons(np.stack([W, -W, W[::-1]])).tolist() == [2, 2, 2]
    W[4, 0] = np.nan
    assert np.isnan(polysemantic_neurons(W))


@pytest.mark.parametrize("m", [256, 512])
def test_features_that_pick_a_neuron_at_random_collide_as_often_as_said(m):
    rng, n, trials = np.random.default_rng(1), 32, 400
    W = np.zeros((trials, m, n))
    choice, sign = rng.integers(m, size=(trials, n)), rng.choice([-1.0, 1.0], size=(trials, n))
    for t, i in np.ndindex(trials, n):
        # of two features with the same sign one leaves for another neuron
        if not np.any(W[t, choice[t, i]] == sign[t, i]):
            W[t, choice[t, i], i] = sign[t, i]
    found = np.mean(polysemantic_neurons(W))
    assert found == pytest.approx(n**2 / (4 * m), rel=0.15)
