"""The true optimum against known minima, an independent optimiser and published ratios."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from phasesim.errors import UsageError
from phasesim.metrics import dimensions_per_feature, phase
from phasesim.theory import (
    null_loss,
    optimum,
    optimum_grid,
    phase_candidates,
    phase_of_candidates,
    population_loss,
    population_loss_and_gradient,
)


def lowest_by_scipy(n, m, p, importance, starts, seed):
    """Best of many random starts of SciPy's BFGS."""

    def objective(x):
        W, b = x[: m * n].reshape(m, n), x[m * n :]
        loss, dW, db = population_loss_and_gradient(W, b, density=p, importance=importance)
        return loss, np.append(dW, db)

    rng = np.random.default_rng(seed)
    points = rng.normal(size=(starts, m * n + n)) * np.repeat([0.8, 0.1], [m * n, n])
    found = (minimize(objective, x, jac=True, method="BFGS", tol=1e-9).fun for x in points)
    return min(found)


@pytest.mark.parametrize(
    ("n", "m", "p", "importance"),
    [
        (1, 1, 0.3, [1.0]),
        (2, 1, 0.15, [1.0, 0.3]),
        (2, 1, 0.6, [1.0, 0.8]),
        (2, 1, 0.9, [1.0, 1.0]),
        (3, 1, 0.1, [1.0, 1.0, 0.5]),
        (3, 2, 0.62, [1.0, 1.0, 0.9]),
        (3, 2, 0.3, [1.0, 0.2, 2.0]),
    ],
)
def test_scipy_finds_nothing_lower(n, m, p, importance):
    best = optimum(n, m, density=p, importance=importance)
    other = lowest_by_scipy(n, m, p, np.array(importance), starts=25, seed=n + m)
    assert best.loss == pytest.approx(other, rel=1e-7, abs=1e-10)
    assert best.loss <= other + 1e-12


def test_result_is_consistent_and_stationary():
    p = np.array([0.02, 0.2, 0.5, 0.9])
    importance = np.array([[1.0, 0.4], [1.0, 1.0], [1.0, 0.6], [0.1, 3.0]])
    best = optimum_grid(2, 1, density=p, importance=importance)
    loss, dW, db = population_loss_and_gradient(
        best.W, best.b, density=p[:, None], importance=importance
    )
    np.testing.assert_allclose(best.loss, loss, rtol=1e-13)
    scale = null_loss(density=p[:, None], importance=importance)
    assert np.max(np.abs(dW) / scale[:, None, None]) < 1e-7
    assert np.max(np.abs(db) / scale[:, None]) < 1e-6
    np.testing.assert_array_equal(best.phase, phase(best.W))
    assert best.params[0] is best.W and best.params[1] is best.b


def test_grid_equals_single_optima_and_is_deterministic():
    p, r = np.array([0.1, 0.45, 0.8]), np.array([0.2, 1.0, 4.0])
    importance = np.stack([np.ones(3), r], axis=-1)
    grid = optimum_grid(2, 1, density=p[:, None], importance=importance[None])
    again = optimum_grid(2, 1, density=p[:, None], importance=importance[None])
    assert grid.W.shape == (3, 3, 1, 2) and grid.b.shape == grid.phase.shape == (3, 3, 2)
    np.testing.assert_array_equal(grid.W, again.W)
    for i, k in np.ndindex(3, 3):
        one = optimum(2, 1, density=p[i], importance=importance[k])
        assert grid.loss[i, k] == pytest.approx(float(one.loss), rel=1e-12)
        np.testing.assert_array_equal(grid.phase[i, k], one.phase)


def test_optimum_beats_the_paper_but_not_by_much():
    """On 21 x 11 cells: never above the candidates, never below 0.9 of them, 98 % of phases."""
    p, r = np.meshgrid(np.geomspace(0.01, 1, 21), np.geomspace(0.1, 1, 11), indexing="ij")
    best = optimum_grid(2, 1, density=p, importance=np.stack([np.ones_like(r), r], axis=-1))
    candidates = phase_candidates(2, 1, density=p, ratio=r)
    share = best.loss / np.min(list(candidates.values()), axis=0)
    assert share.max() <= 1 + 1e-12
    assert share.min() == pytest.approx(0.904, abs=0.002)
    agree = (best.phase[..., 1] == 2) == (phase_of_candidates(candidates) == 2)
    assert agree.mean() == pytest.approx(0.98, abs=0.005)
    # with a free bias, two features in the same direction are never best
    assert not np.any(best.phase == 3)


def test_features_mirror():
    """(1, r) and (r, 1) are one problem with the features swapped, (1, r) and (1/r, 1) scaled."""
    a = optimum(2, 1, density=0.3, importance=[1.0, 0.2])
    b = optimum(2, 1, density=0.3, importance=[5.0, 1.0])
    c = optimum(2, 1, density=0.3, importance=[1.0, 5.0])
    assert float(b.loss) == pytest.approx(5 * float(a.loss), rel=1e-10)
    assert float(c.loss) == pytest.approx(float(b.loss), rel=1e-10)
    np.testing.assert_array_equal(c.phase[::-1], b.phase)


@pytest.mark.parametrize(
    ("p", "norm", "bias", "spent"),
    [(0.5, 0.969, 0.098, 0.533), (0.3, 1.010, 0.018, 0.490), (0.7, 0.759, 0.329, None)],
)
def test_symmetric_pair(p, norm, bias, spent):
    best = optimum(2, 1, density=p, importance=1.0)
    np.testing.assert_allclose(best.W, [[norm, -norm]], atol=6e-4)
    np.testing.assert_allclose(best.b, bias, atol=6e-4)
    if spent is not None:
        assert dimensions_per_feature(best.W) == pytest.approx(spent, abs=6e-4)


def test_sparse_expansion_of_the_pair():
    """|w_1| = 1 + p(2 - r)/16, |w_2| = 1 + p(2 - 1/r)/16 up to p²."""
    for p, r in ((0.02, 0.3), (0.01, 0.5), (0.005, 1.0)):
        W, b = optimum(2, 1, density=p, importance=[1.0, r]).params
        expected = [1 + p * (2 - r) / 16, 1 + p * (2 - 1 / r) / 16]
        np.testing.assert_allclose(np.abs(W[0]), expected, atol=2 * p * p)
        assert np.all(b > 0) and np.all(b < 2 * p * p)


@pytest.mark.parametrize(
    ("p", "share"),
    [
        (0.1, 0.996),
        (0.4, 0.956),
        (0.5, 0.915),
        (0.55, 0.861),
        (0.6, 0.854),
        (0.7, 0.922),
        (0.9, 0.987),
    ],
)
def test_three_equal_features_in_two_dimensions(p, share):
    """Loss over the paper's best candidate; between p = 0.53 and 0.95 it is the triangle."""
    best = optimum(3, 2, density=p, importance=1.0)
    paper = min(phase_candidates(3, 2, density=p, ratio=1.0).values())
    assert best.loss / paper == pytest.approx(share, rel=0.01)
    G = best.W.T @ best.W
    pairs = G[np.triu_indices(3, 1)]
    if p >= 0.53:
        np.testing.assert_allclose(pairs, pairs[0], atol=1e-6)
        assert pairs[0] < 0
        norm, overlap = {0.55: (0.95, -0.45), 0.7: (0.88, -0.39), 0.9: (0.83, -0.35)}.get(
            p, (G[0, 0] ** 0.5, pairs[0])
        )
        np.testing.assert_allclose(np.sqrt(np.diag(G)), norm, atol=0.006)
        np.testing.assert_allclose(pairs, overlap, atol=0.006)
    else:
        np.testing.assert_allclose(np.sort(pairs)[1:], 0, atol=1e-6)
        assert np.sort(pairs)[0] < -0.9


def test_ignoring_is_exactly_the_paper_s():
    best = optimum(3, 2, density=0.8, importance=[1.0, 1.0, 0.2])
    assert best.loss == pytest.approx(0.2 * (0.8 / 3 - 0.16), rel=1e-12)
    np.testing.assert_array_equal(best.phase, [1, 1, 0])


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 2), (3, 3), (2, 3)])
def test_enough_dimensions_cost_nothing(n, m):
    best = optimum(n, m, density=0.4, importance=1.0)
    assert best.loss == pytest.approx(0, abs=1e-15)
    np.testing.assert_array_equal(best.phase, np.ones(n))


def test_densities_may_differ_between_features():
    p = np.array([0.9, 0.1])
    best = optimum(2, 1, density=p, importance=[1.0, 1.0])
    assert best.loss == pytest.approx(
        population_loss(best.W, best.b, density=p, importance=1.0), rel=1e-13
    )
    assert best.loss <= lowest_by_scipy(2, 1, p, np.ones(2), starts=10, seed=1) + 1e-12


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: optimum(7, 2, density=0.5, importance=1.0),
        lambda: optimum(2, 0, density=0.5, importance=1.0),
        lambda: optimum(2, 1, density=0.0, importance=1.0),
        lambda: optimum(2, 1, density=[0.5] * 3, importance=1.0),
        lambda: optimum(2, 1, density=0.5, importance=[[1.0, 1.0]]),
        lambda: optimum(2, 1, density=0.5, importance=[1.0, -1.0]),
        lambda: optimum(2, 1, density=0.5, importance=0.0),
        lambda: optimum(2, 1, density=0.5, importance=[1.0, np.inf]),
        lambda: optimum_grid(2, 1, density=[0.5, 0.6, 0.7], importance=[[1.0, 1.0]] * 2),
        lambda: optimum_grid(2, 1, density=0.5, importance=1.0),
    ],
)
def test_nonsense_is_refused(wrong):
    with pytest.raises(UsageError):
        wrong()


@pytest.mark.parametrize(
    ("density", "base", "loss", "represented"),
    [(0.2, 0.9, 0.059837, 4), (0.05, 1.0, 0.0089036, 5)],
)
def test_five_features_in_two_dimensions(density, base, loss, represented):
    """Two digons where features are frequent, the pentagon where they are rare."""
    best = optimum(5, 2, density=density, importance=base ** np.arange(5))
    assert best.loss == pytest.approx(loss, abs=5e-7)
    assert np.sum(best.phase == 2) == represented
