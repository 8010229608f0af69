"""Features for each dimension, of models whose answer is plain."""

from __future__ import annotations

import numpy as np

import phasesim as ps


def test_features_for_each_dimension_and_at_most_one_for_each(measure):
    pairs = [[1, -1, 0, 0], [0, 0, 1, -1]]
    one = [[1, 0.4, 0, 0], [0, 0, 0.4, 0]]
    found = measure(
        "packing", ps.Experiment(n_features=4, n_hidden=2), [pairs, one, np.zeros((2, 4))]
    )
    np.testing.assert_array_equal(found["features_per_dimension"], [2, 0.5, 0])
    np.testing.assert_array_equal(found["features_per_dimension_dedicated"], [1, 0.5, 0])
