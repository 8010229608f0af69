"""Starts from which every output can learn."""

from __future__ import annotations

import jax
import numpy as np

import phasesim as ps


def silent(init, key):
    """Part of features and signs whose own output is 0 where the feature is active alone."""
    n, m, model = 20, 10, ps.models.absolute()
    params = init.params(model, key, n, m)
    x = np.concatenate([np.eye(n), -np.eye(n)], axis=1).astype(np.float32)
    out = np.asarray(model.apply(params, x, m))
    own = out[np.arange(2 * n) % n, np.arange(2 * n)]
    return float((own <= 0).mean()), params


def test_no_output_is_silent_where_its_feature_is_active():
    key = jax.random.key(5)
    part, params = silent(ps.initializers.positive_out(), key)
    before, plain = silent(ps.initializers.xavier(), key)
    assert part == 0
    assert 0.3 < before < 0.7
    np.testing.assert_array_equal(params["W_in"], plain["W_in"])
    np.testing.assert_array_equal(params["W_out"], np.abs(plain["W_out"]))


def test_models_of_one_matrix_start_as_with_xavier():
    model, key = ps.models.relu_output(), jax.random.key(5)
    one, two = (init.params(model, key, 5, 2)["W"]
                for init in (ps.initializers.positive_out(), ps.initializers.xavier()))  # fmt: skip
    np.testing.assert_array_equal(one, two)
