"""Closed form of the capacity of two features in one quadratic neuron."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from phasesim.errors import UsageError
from phasesim.theory import pair_capacity


def loss(w, r, beta):
    """E ((w·x)² - x_1² - r x_2² - mean)², from moments of independent x of unit variance."""
    a, v = np.square(w), np.array([1.0, r])
    # Var Σ c_i x_i² + Var 2 w_1 w_2 x_1 x_2, which are uncorrelated
    return (beta - 1) * np.sum((a - v) ** 2) + 4 * a[0] * a[1]


def test_the_loss_is_that_of_samples():
    rng = np.random.default_rng(0)
    p, w, r = 0.3, np.array([0.8, -0.6]), 0.7
    # standardised: a feature is active with probability p
    x = (rng.random((2, 1_000_000)) < p) * rng.normal(size=(2, 1_000_000)) / np.sqrt(p)
    error = (w @ x) ** 2 - x[0] ** 2 - r * x[1] ** 2
    # a heavy tail: the standard error of the variance is about one in a hundred
    assert error.var() == pytest.approx(loss(w, r, 3 / p), rel=0.04)


@pytest.mark.parametrize("beta", [1.8, 2.9, 4, 6, 10, 30])
@pytest.mark.parametrize("r", [0.05, 0.3, 0.9, 1.2, 4.0, 20.0])
def test_it_is_where_the_loss_is_least(r, beta):
    starts = [(1, 0.1), (0.1, 1), (0.7, 0.7), (1, np.sqrt(r))]
    found = min((minimize(loss, s, (r, beta), tol=1e-12) for s in starts), key=lambda f: f.fun)
    a = found.x**2
    assert pair_capacity(r, beta) == pytest.approx(a[1] / a.sum(), abs=1e-4)


def test_sharing_begins_where_it_is_said_to_and_is_symmetric():
    beta = np.array([3.5, 6.0, 30.0])
    edge = 2 / (beta - 1)
    assert np.array_equal(pair_capacity(edge * 0.999, beta), np.zeros(3))
    assert np.all(pair_capacity(edge * 1.001, beta) > 0)
    r = np.geomspace(0.1, 10, 7)[:, None]
    np.testing.assert_allclose(pair_capacity(1 / r, beta), 1 - pair_capacity(r, beta), atol=1e-12)
    assert pair_capacity([0.5, 1, 2], 3).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(("r", "beta", "name"), [(-1, 5, "ratio"), (1, 0.9, "kurtosis")])
def test_what_cannot_be_is_refused(r, beta, name):
    with pytest.raises(UsageError, match=name):
        pair_capacity(r, beta)
