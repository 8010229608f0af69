"""Minimum or saddle, and the gain over orthogonal models."""

from __future__ import annotations

import numpy as np
import pytest

from phasesim.theory import (
    hessian_eigenvalues,
    optimum,
    orthogonal_loss,
    population_loss,
    remaining_loss,
)


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


@pytest.mark.parametrize(("n", "m", "p"), [(2, 1, 0.1), (3, 2, 0.7)])
def test_what_is_left_is_the_loss_above_the_minimum(n, m, p):
    at = {"density": p, "importance": 0.8 ** np.arange(n)}
    best = optimum(n, m, **at)
    assert remaining_loss(best.W, best.b, **at) < 1e-10
    # any way from it, and turned: what a turn of the hidden space leaves is not counted
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(m, m)))[0]
    for _ in range(4):
        W = turn @ (best.W + 1e-4 * rng.normal(size=(m, n)))
        b = best.b + 1e-4 * rng.normal(size=n)
        above = population_loss(W, b, **at) - best.loss
        assert above > 1e-9
        assert remaining_loss(W, b, **at) == pytest.approx(above, rel=0.01)


def test_nothing_is_left_of_a_dead_model_and_any_amount_at_a_saddle():
    W, b = np.array([[[0.3, 0.1]], [[0.0, 0.0]]]), np.array([[-2.0, -2.0], [0.05, 0.05]])
    assert remaining_loss(W, b, density=0.1, importance=1).tolist() == [0, np.inf]
