"""The loss by output and by number of active features."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import phasesim as ps
from phasesim.theory import enumerated_loss, population_loss_parts


def enumerated_by_active(W, b, p, importance):
    """Σ over sets of that many active features of their probability times the loss given them.

    Given the set, its features have density 1 and a silent one a density too small to matter.
    """
    n = len(b)
    parts = np.zeros(n + 1)
    for active in product((False, True), repeat=n):
        on = np.array(active)
        chance = np.prod(np.where(on, p, 1 - p))
        given = enumerated_loss(W, b, density=np.where(on, 1.0, 1e-300), importance=importance)
        parts[on.sum()] += chance * float(given)
    return parts


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_parts_equal_enumeration(n, m):
    rng = np.random.default_rng((n, m))
    W, b = rng.normal(size=(m, n)), 0.3 * rng.normal(size=n)
    p, importance = rng.uniform(0.1, 0.9, n), rng.uniform(0.1, 2, n)
    parts = population_loss_parts(W, b, density=p, importance=importance)
    expected = enumerated_by_active(W, b, p, importance)
    np.testing.assert_allclose(parts.by_active, expected, atol=1e-10)
    for i in range(n):
        alone = importance * (np.arange(n) == i)
        own = ps.population_loss(W, b, density=p, importance=alone)
        assert parts.by_output[i] == pytest.approx(own, abs=1e-10)


def test_parts_sum_to_the_loss_also_with_features_left_out():
    rng = np.random.default_rng(1)
    W, b = rng.normal(size=(3, 2, 6)), 0.2 * rng.normal(size=(3, 6))
    W[0, :, 2:] = 0
    W[1] = 0
    at = {"density": 0.4, "importance": rng.uniform(0.1, 1, 6)}
    parts = population_loss_parts(W, b, **at)
    loss = ps.population_loss(W, b, **at)
    assert parts.table.shape == (3, 6, 7)
    np.testing.assert_allclose(parts.by_output.sum(axis=-1), loss, atol=1e-10)
    np.testing.assert_allclose(parts.by_active.sum(axis=-1), loss, atol=1e-10)
