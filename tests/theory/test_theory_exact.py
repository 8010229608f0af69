"""The exact loss against rational arithmetic, sampling, closed forms and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phasesim.errors import UsageError
from phasesim.theory import enumerated_loss, population_loss, population_loss_and_gradient

SHAPES = [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (2, 3)]


def sampled_errors(W, b, p, importance, samples, seed):
    """Loss of each of many samples, from the definition."""
    rng = np.random.default_rng(seed)
    n = W.shape[1]
    x = rng.random((samples, n)) * (rng.random((samples, n)) < p)
    output = np.maximum(x @ W.T @ W + b, 0.0)
    return ((x - output) ** 2) @ importance


@pytest.mark.parametrize(("n", "m"), SHAPES)
@pytest.mark.parametrize("seed", [1, 2])
def test_loss_is_the_mean_over_samples(n, m, seed):
    rng = np.random.default_rng((n, m, seed))
    W, b = rng.normal(size=(m, n)), 0.3 * rng.normal(size=n)
    p, importance = rng.uniform(0.1, 1, n), rng.uniform(0.1, 2, n)
    errors = sampled_errors(W, b, p, importance, 400_000, seed)
    z = errors.mean() - population_loss(W, b, density=p, importance=importance)
    assert abs(z) < 4 * errors.std() / np.sqrt(len(errors))


entries = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e-12, -1e-6, 1e-3]), st.floats(-3, 3, width=32)
)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(SHAPES),
    st.lists(entries, min_size=9, max_size=9),
    st.lists(st.one_of(st.just(1.0), st.floats(1e-9, 1)), min_size=3, max_size=3),
    st.lists(st.floats(0, 3), min_size=3, max_size=3),
)
@example((3, 2), [1, -0.5, -0.5, 0, 0.75**0.5, -(0.75**0.5), 0, 0, 0], [1.0] * 3, [1.0] * 3)
@example((3, 1), [1, 1, 1, -1, 0, 0, 0, 0, 0], [1.0] * 3, [1.0] * 3)
def test_loss_equals_exact_enumeration(shape, numbers, p, importance):
    """Zero, equal and tiny columns, kinks on corners of the cube, p = 1 and p near 0."""
    n, m = shape
    W, b = np.reshape(numbers[: m * n], (m, n)), np.array(numbers[-n:])
    at = {"density": np.array(p[:n]), "importance": np.array(importance[:n])}
    expected = float(enumerated_loss(W, b, **at))
    # the error of a square is relative to the largest square that is averaged
    size = (1 + np.abs(b) + np.abs(W.T @ W).sum(axis=1)) ** 2
    found = population_loss(W, b, **at)
    assert abs(found - expected) <= 1e-12 * expected + 4e-15 * float(size @ at["importance"])


def test_enumeration_of_four_and_more_features_agrees_with_sampling():
    rng = np.random.default_rng(8)
    W, b, p = rng.normal(size=(2, 5)) * 0.7, 0.1 * rng.normal(size=5), np.full(5, 0.4)
    errors = sampled_errors(W, b, p, np.ones(5), 200_000, 3)
    z = errors.mean() - float(enumerated_loss(W, b, density=p, importance=1))
    assert abs(z) < 4 * errors.std() / np.sqrt(len(errors))


def test_closed_forms():
    at = {"density": 0.3, "importance": [1, 0.5]}
    assert population_loss([[1, -1]], [0, 0], **at) == pytest.approx(0.0225, abs=1e-16)
    for p in (0.01, 0.3, 1.0):
        v = p / 3 - p * p / 4
        for n in (1, 2, 3):
            found = population_loss(np.zeros((1, n)), np.full(n, p / 2), density=p, importance=1)
            assert found == pytest.approx(n * v, rel=1e-14)
            # a projection on coordinates, the others at their mean
            for m in range(n):
                kept = np.arange(n) < m
                W, b = np.eye(max(m, 1), n) * kept, np.where(kept, 0, p / 2)
                found = population_loss(W, b, density=p, importance=1)
                assert found == pytest.approx((n - m) * v, rel=1e-13)
    dense = population_loss([[1, 0, 0]], [0, 0.5, 0.5], density=1, importance=1)
    assert dense == pytest.approx(2 / 12, rel=1e-14)


@pytest.mark.parametrize("v", [0.0, 0.2, 0.7, 1.0])
def test_unequal_antipodal_pair_without_bias(v):
    """W = [1, -v], b = 0: L is a polynomial in v."""
    for p, r in ((0.05, 0.3), (0.6, 1.0), (1.0, 2.0)):
        first = p**2 * (v**2 / 3 - v**3 / 6)
        alone = p * (1 - p) * (1 - v**2) ** 2 / 3
        both = p**2 * (1 / 3 - v**3 / 4 + v**5 / 12)
        found = population_loss([[1, -v]], [0, 0], density=p, importance=[1, r])
        assert found == pytest.approx(first + r * (alone + both), rel=1e-13)


def test_one_dedicated_feature_by_hand():
    """x - (a x + b)_+ for one feature: a parabola integrated on either side of the kink."""
    a, b, p = 0.49, -0.1, 0.25
    t = -b / a
    x = np.polynomial.Polynomial([0, 1])
    silent, active = (x**2).integ(), ((x - (a * x + b)) ** 2).integ()
    expected = p * (silent(t) - silent(0) + active(1) - active(t))
    assert population_loss([[0.7]], [b], density=p, importance=1) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_gradient_equals_finite_differences(n, m):
    rng = np.random.default_rng((n, m))
    W, b = rng.normal(size=(40, m, n)), 0.4 * rng.normal(size=(40, n))
    at = {"density": rng.uniform(0.05, 1, (40, n)), "importance": rng.uniform(0.1, 2, (40, n))}
    _, dW, db = population_loss_and_gradient(W, b, **at)
    h = 1e-5

    def slope(dW, db):
        up = population_loss(W + h * dW, b + h * db, **at)
        return (up - population_loss(W - h * dW, b - h * db, **at)) / (2 * h)

    for k, i in np.ndindex(m, n):
        unit = np.zeros((m, n))
        unit[k, i] = 1
        np.testing.assert_allclose(slope(unit, 0), dW[:, k, i], atol=3e-9)
    for i in range(n):
        np.testing.assert_allclose(slope(0, np.eye(n)[i]), db[:, i], atol=3e-9)


def test_gradient_of_the_unit_antipodal_pair():
    """By hand, at p = 1: d/dG_ii = -1/4, d/d(-G_ij) = +1/6 for each output."""
    _, dW, _ = population_loss_and_gradient([[1, -1]], [0, 0], density=1, importance=1)
    np.testing.assert_allclose(dW, [[-1 / 2 + 1 / 3, 1 / 2 - 1 / 3]], atol=1e-15)


def test_gradient_is_finite_at_dead_features():
    W, b = np.zeros((2, 3)), np.zeros(3)
    loss, dW, db = population_loss_and_gradient(W, b, density=0.5, importance=1)
    assert loss == pytest.approx(3 * 0.5 / 3)
    np.testing.assert_array_equal(dW, 0)
    np.testing.assert_array_equal(db, 0)
    # from above, the bias moves towards the mean of the input
    _, _, above = population_loss_and_gradient(W, b + 1e-9, density=0.5, importance=1)
    np.testing.assert_allclose(above, -2 * 0.25, atol=1e-8)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("a", [0.0, 5e-324, 1e-300, 1e-160, 1e-20])
def test_vanishing_weights_are_continuous(a):
    W, b = [[1.0, a]], [0.1, 0.2]
    at = {"density": 0.4, "importance": [1.0, 0.7]}
    limit = population_loss([[1.0, 0.0]], b, **at)
    loss, dW, db = population_loss_and_gradient(W, b, **at)
    assert loss == pytest.approx(limit, rel=1e-14)
    assert np.all(np.isfinite(dW)) and np.all(np.isfinite(db))


def test_batches_are_their_members():
    rng = np.random.default_rng(2)
    W, b = rng.normal(size=(5, 4000, 1, 2)), rng.normal(size=(4000, 2))
    p, importance = rng.uniform(0.1, 1, (5, 1, 2)), np.array([1.0, 0.3])
    loss, dW, db = population_loss_and_gradient(W, b, density=p, importance=importance)
    assert (loss.shape, dW.shape, db.shape) == ((5, 4000), (5, 4000, 1, 2), (5, 4000, 2))
    for i, k in ((0, 0), (2, 1234), (4, 3999)):
        one = population_loss(W[i, k], b[k], density=p[i, 0], importance=importance)
        assert loss[i, k] == pytest.approx(one, rel=1e-14)


def test_precision_is_that_of_the_arguments():
    W, b = np.array([[0.9, -0.8]]), np.array([0.1, 0.0])
    at = {"density": 0.3, "importance": 1.0}
    single = population_loss(W.astype(np.float32), b.astype(np.float32), **at)
    assert single.dtype == np.float32 and single.shape == ()
    double = population_loss(W, b, **at)
    assert double.dtype == np.float64
    assert single == pytest.approx(double, rel=1e-6)
    assert population_loss([[1, -1]], [0, 0], **at).dtype == np.float64


def test_loss_is_invariant_under_rotation_and_permutation():
    rng = np.random.default_rng(4)
    W, b, p, importance = rng.normal(size=(2, 3)), rng.normal(size=3), rng.random(3), rng.random(3)
    loss = population_loss(W, b, density=p, importance=importance)
    Q = np.linalg.qr(rng.normal(size=(2, 2)))[0]
    order = [2, 0, 1]
    turned = population_loss(Q @ W, b, density=p, importance=importance)
    permuted = population_loss(
        W[:, order], b[order], density=p[order], importance=importance[order]
    )
    assert turned == pytest.approx(loss, rel=1e-13)
    assert permuted == pytest.approx(loss, rel=1e-13)


@pytest.mark.parametrize(
    ("W", "b", "density", "importance", "message"),
    [
        (np.ones(2), np.zeros(2), 0.5, 1, "n_hidden, n_features"),
        (np.ones((1, 2)), np.zeros(1), 0.5, 1, "b: found shape"),
        (np.ones((1, 2)), 0.0, 0.5, 1, "b: found shape"),
        (np.ones((1, 2)), np.zeros(2), [0.5] * 3, 1, "density: found shape"),
        (np.ones((3, 1, 2)), np.zeros(2), [0.5] * 3, 1, "density: found shape"),
        (np.ones((1, 2)), np.zeros(2), 0.5, [1, 1, 1], "importance: found shape"),
        (np.ones((1, 2)), np.zeros(2), 0.0, 1, "density: found a value outside"),
        (np.ones((1, 2)), np.zeros(2), [0.5, 1.5], 1, "density: found a value outside"),
        (np.ones((1, 2)), np.zeros(2), 0.5, [1, -1e-9], "importance: found a value below 0"),
        (np.ones((1, 2)), np.zeros(2), 0.5, [1, np.nan], "importance: found a value below 0"),
        (np.ones((3, 1, 2)), np.zeros((2, 2)), 0.5, 1, "leading axes"),
    ],
)
def test_misfits_are_refused(W, b, density, importance, message):
    with pytest.raises(UsageError, match=message):
        population_loss(W, b, density=density, importance=importance)
