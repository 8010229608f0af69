"""Hysteresis: minima followed from both sides, and where they cease to be minima."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from phasesim.errors import UsageError
from phasesim.metrics import feature_norm
from phasesim.theory import (
    boundary,
    continuation,
    enumerated_loss,
    hessian_eigenvalues,
    optimum_grid,
    population_loss,
    population_loss_and_gradient,
    spinodal,
)


def last_norm(path):
    return feature_norm(path.W)[..., -1]


@pytest.fixture(scope="module")
def around():
    """Ratios .1 and .5, each over a grid that holds both of its spinodals."""
    p = np.concatenate([np.linspace(0.09, 0.2, 28), np.linspace(0.21, 0.56, 36)])
    return continuation(2, 1, density=p, importance=[[1.0, 0.1], [1.0, 0.5]])


@pytest.mark.parametrize("ratio", [0.1, 0.3, 0.5, 0.8])
def test_the_spinodal_is_where_a_small_weight_begins_to_pay(ratio):
    """In rational arithmetic, along the direction that the expansion names."""
    middle = spinodal(ratio)
    v, excess = Fraction(1, 1000), []
    for p in (0.99 * middle, 1.01 * middle):
        half = 2 - 3.5 * p + 2 * p * p
        c = Fraction(p * p / 2 / (half + np.sqrt(half * half + p**3 * (1 - p))))
        alpha = Fraction(3 * p / 8) - 3 * c / 4
        p = Fraction(p)
        W = np.array([[1 + alpha * v, -v]], dtype=object)
        b = np.array([c * v, p / 2 + p * v / 2], dtype=object)
        loss = enumerated_loss(
            np.array(W, dtype=float), np.array(b, dtype=float), density=float(p),
            importance=[1.0, ratio],
        )  # fmt: skip
        excess.append(float(loss - Fraction(ratio) * (p / 3 - p * p / 4)) / float(v) ** 2)
    assert excess[0] < 0 < excess[1]
    assert spinodal(1 / ratio) == pytest.approx(middle, rel=1e-12)


@pytest.mark.parametrize(("ratio", "held"), [(0.1, 0.0936), (0.5, 0.4142)])
def test_a_spinodal_with_the_other_weight_held_at_one_lies_below(ratio, held):
    """Q with α = 0 gives the tabulated values; the freedom of W_1 moves them up."""

    def excess(p):
        c = (-(1 - p + p * p) + np.sqrt((1 - p + p * p) ** 2 + p**3 * (1 - p))) / (p * (1 - p))
        cost = p * p * (1 / 3 - c + c * c) + (1 - p) * c * c + p * (1 - p) * c**3 / 3
        return cost - ratio * (p / 3 - p * p / 4)

    assert excess(held - 1e-4) < 0 < excess(held + 1e-4)
    assert spinodal(ratio) > held + 0.004


def test_ignoring_is_left_at_the_spinodal_and_not_before(around):
    for i, ratio in enumerate((0.1, 0.5)):
        kept = around.density[last_norm(around.down)[i] < 1e-3].min()
        assert 0 <= kept - spinodal(ratio) < 0.011
    # at ratio .5 the weight grows from the spinodal on, and jumps only below it
    norm = last_norm(around.down)[1]
    jumped = around.density[norm > 0.5].max()
    assert 0.40 < jumped < spinodal(0.5) - 0.02
    assert np.any((norm > 0.05) & (norm < 0.3))


def test_the_windows_of_coexistence_hold_the_true_boundary(around):
    for i, ratio in enumerate((0.1, 0.5)):
        up, down = (last_norm(path)[i] for path in (around.up, around.down))
        both = around.density[(up > 0.5) & (down < 0.5)]
        assert both.min() < boundary(2, 1, ratio).density_half < both.max()
        outside = (around.density < both.min()) | (around.density > both.max())
        np.testing.assert_allclose(up[outside], down[outside], atol=1e-4)


def test_both_ways_are_minima_of_their_own_density(around):
    p, importance = around.density, np.array([[1.0, 0.1], [1.0, 0.5]])
    for path in (around.up, around.down):
        loss, dW, db = population_loss_and_gradient(
            path.W, path.b, density=p[:, None], importance=importance[:, None]
        )
        np.testing.assert_allclose(loss, path.loss, rtol=1e-12)
        assert max(np.max(np.abs(dW)), np.max(np.abs(db))) < 1e-7
        at = (1, 45)
        lowest = hessian_eigenvalues(
            path.W[at], path.b[at], density=p[at[1]], importance=importance[1]
        )[0]
        assert lowest > 0
    best = optimum_grid(2, 1, density=p, importance=importance[:, None])
    lower = np.minimum(around.up.loss, around.down.loss)
    assert np.all(lower >= best.loss - 1e-12)
    assert np.mean(lower <= best.loss + 1e-10) == 1


def test_the_barrier_between_two_minima_is_higher_than_either(around):
    at = int(np.searchsorted(around.density, 0.14))
    ends = [(path.W[0, at], path.b[0, at]) for path in (around.up, around.down)]
    share = np.linspace(0, 1, 21)[:, None]
    # the ignored feature has no sign; the straight line goes through smaller weights
    W = (1 - share[..., None]) * ends[0][0] + share[..., None] * ends[1][0]
    b = (1 - share) * ends[0][1] + share * ends[1][1]
    loss = population_loss(W, b, density=around.density[at], importance=[1.0, 0.1])
    assert loss.max() > max(loss[0], loss[-1]) + 1e-5


def test_three_features_keep_what_two_do():
    p = [0.13, 0.15, 0.17, 0.185, 0.2]
    two = continuation(2, 1, density=p, importance=[1.0, 0.1])
    three = continuation(3, 2, density=p, importance=[1.0, 1.0, 0.1])
    np.testing.assert_allclose(three.up.loss, two.up.loss, rtol=1e-6)
    np.testing.assert_allclose(three.down.loss, two.down.loss, rtol=1e-6)
    assert three.up.W.shape == (5, 2, 3) and three.up.b.shape == (5, 3)


def test_nonsense_is_refused():
    for density in ([0.1], [0.2, 0.1], [[0.1, 0.2]]):
        with pytest.raises(UsageError, match="rising"):
            continuation(2, 1, density=density, importance=[1.0, 0.5])
    for ratio in (0.0, 1.0, -2.0):
        with pytest.raises(UsageError, match="ratio"):
            spinodal(ratio)
