"""Codes: the derived values on planted models."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps


@pytest.fixture(scope="module")
def found(measure):
    """Orthogonal along the units, at 45 degrees to them, and an antipodal pair on one of two."""
    experiment = ps.Experiment(
        n_features=2, n_hidden=2, distribution=ps.distributions.sparse_uniform(density=0.1)
    )
    turned = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    return measure("codes", experiment, [np.eye(2), turned, [[1, -1], [0, 0]]], n_samples=1 << 15)


def test_orthogonal_codes_are_sparse_along_the_units_only(found):
    # standard error 0.002
    np.testing.assert_allclose(found["active"][0], 0.1, atol=0.01)
    np.testing.assert_allclose(found["active"][1], 0.19, atol=0.01)
    np.testing.assert_array_equal(found["units_needed"][:2], [[1, 1], [2, 2]])
    # the penalty of 1/1000 takes its square; an AUC shares 1/1024 of its range with silence
    np.testing.assert_allclose(found["r2"][:2], 1, atol=1e-4)
    np.testing.assert_allclose(found["auc"][:2], 1, atol=3e-3)
    np.testing.assert_array_equal(found["features_per_unit"], [1, 1, 1])


def test_an_antipodal_pair_on_one_unit_is_crowded_and_nearly_as_distinguishable(found):
    np.testing.assert_allclose(found["active"][2], [0.19, 0], atol=0.01)
    np.testing.assert_array_equal(found["units_needed"][2], [1, 1])
    # 3,300 active samples, a tenth of which differ by 0.3: standard error 0.002
    np.testing.assert_allclose(found["auc"][2], 0.9 + 0.1 * (0.45 + 0.1 * 5 / 6), atol=0.01)
    # x₀ - x₁ of equal variance: half of the variance is explained
    np.testing.assert_allclose(found["r2"][2], 0.5, atol=0.03)


def test_features_per_unit_counts_directions_for_each_unit(measure):
    experiment = ps.Experiment(n_features=5, n_hidden=1)
    found = measure("codes", experiment, [[[1, -1, 0.6, 0.4, 0]]], n_samples=64)
    assert found["features_per_unit"][0] == 3
    # the same numbers in another order
    assert found["features_per_unit_shuffled"][0] == 3
    assert found["active_shuffled"].shape == (1, 1)
