"""Minimum or saddle, and the gain over orthogonal models."""

from __future__ import annotations

import numpy as np
import pytest

from phasesim.theory import hessian_eigenvalues, optimum, orthogonal_loss, population_loss


def test_an_optimum_is_a_minimum_up_to_rotations():
    at = {"density": 0.1, "importance": np.ones(3)}
    best = optimum(3, 2, **at)
    eigenvalues = hessian_eigenvalues(*best.params, **at)
    # one turn of the plane is free
    assert eigenvalues[0] == pytest.approx(0, abs=1e-6)
    assert eigenvalues[1] > 1e-4


def test_the_origin_is_a_saddle():
    eigenvalues = hessian_eigenvalues(np.zeros((1, 2)), [0.05, 0.05], density=0.1, importance=1.0)
    assert eigenvalues[0] < -1e-3


def test_eigenvalues_of_one_dedicated_feature_by_hand():
    """W = [1], b = 0 from above: L = p E (x - w² x - b)² + (1 - p) b², but for the kink."""
    found = hessian_eigenvalues([[1.0]], [1e-3], density=0.5, importance=1.0)
    p, b = 0.5, 1e-3
    # second derivatives of p (gap²/3 - gap b + b²) + (1 - p) b² with gap = 1 - w² at w = 1
    H = np.array([[p * (8 / 3 + 2 * b), 2 * p], [2 * p, 2.0]])
    np.testing.assert_allclose(found, np.linalg.eigvalsh(H), atol=1e-5)


def test_orthogonal_models():
    W = np.array([[1.0, 0, 0], [0, 1, 0]])
    p, importance = 0.3, np.array([1.0, 0.7, 0.4])
    own = population_loss(W, [0, 0, p / 2], density=p, importance=importance)
    assert orthogonal_loss(2, density=p, importance=importance) == pytest.approx(own)
    assert orthogonal_loss(4, density=p, importance=importance) == 0
