"""The exact loss of any number of features against enumeration, sampling and its invariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import phasesim as ps
from phasesim.exact._error import tail_bound
from phasesim.exact._series import Terms
from phasesim.exact._tied import loss_and_gradient
from phasesim.theory import enumerated_loss, null_loss, population_loss_and_gradient

SHAPES = [(4, 1), (4, 2), (5, 2), (5, 3)]


def models(rng, shape, n, m, size=1.0):
    W = size * rng.normal(size=(*shape, m, n)) / np.sqrt(m)
    return W, 0.2 * rng.normal(size=(*shape, n))


def accuracy(p, importance, loss):
    """What is promised: 1e-10, 1e-8 null losses, both relative to the loss where it is large."""
    null = float(null_loss(density=p, importance=importance))
    return min(1e-10, 1e-8 * null) * max(1.0, loss / null)


entries = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e-12, -1e-6, 1e-3, 10.0]), st.floats(-3, 3, width=32)
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SHAPES),
    st.lists(entries, min_size=15, max_size=15),
    st.lists(entries, min_size=5, max_size=5),
    st.lists(st.one_of(st.just(1.0), st.floats(1e-6, 1)), min_size=5, max_size=5),
)
@example((5, 2), [1.0, -1.0, 0, 0, 0, 0, 0, 1.0, -1.0, 0] * 2, [0.0] * 5, [0.1] * 5)
@example((4, 1), [1.0] * 15, [0.0] * 5, [1.0] * 5)
@example((4, 1), [1.0, -1.0, 1.0, -1.0] * 4, [0.0] * 5, [0.5] * 5)
@example((5, 3), [0.0] * 15, [0.3] * 5, [0.5] * 5)
@example((5, 2), [10.0, -10.0, 7.0, 3.0, -9.0] * 3, [0.0] * 5, [0.3] * 5)
def test_loss_equals_exact_enumeration(shape, numbers, biases, p):
    n, m = shape
    W, b, p = np.reshape(numbers[: m * n], (m, n)), np.array(biases[:n]), np.array(p[:n])
    expected = float(enumerated_loss(W, b, density=p, importance=1))
    found = ps.population_loss(W, b, density=p, importance=1)
    assert found.shape == () and found.dtype == np.float64
    rounding = 1e-14 * float(np.sum((1 + np.abs(b) + np.abs(W.T @ W).sum(axis=1)) ** 2))
    assert abs(found - expected) <= accuracy(p, np.ones(n), expected) + rounding


@pytest.mark.parametrize("p", [1.0, 0.3, 0.01, 1e-4])
def test_seven_features_and_seven_among_a_hundred(p):
    rng = np.random.default_rng(7)
    W, b = models(rng, (), 7, 3)
    expected = float(enumerated_loss(W, b, density=p, importance=1))
    found = ps.population_loss(W, b, density=p, importance=1)
    assert abs(found - expected) <= accuracy(p, np.ones(7), expected)
    order, wide = rng.permutation(100)[:7], np.zeros((3, 100))
    bias, importance = np.zeros(100), np.zeros(100)
    wide[:, order], bias[order], importance[order] = W, b, 1
    among = ps.population_loss(wide, bias, density=p, importance=importance)
    assert abs(among - found) <= 1e-10


@pytest.mark.parametrize(
    ("n", "m", "p", "count"),
    [(6, 2, 0.3, 40), (20, 5, 0.1, 10), (100, 20, 0.3, 2), (100, 60, 1.0, 2)],
)
def test_loss_is_the_mean_over_samples(n, m, p, count):
    rng = np.random.default_rng((n, m))
    W, b = models(rng, (count,), n, m)
    loss = ps.population_loss(W, b, density=p, importance=1)
    samples = 20_000
    x = rng.random((samples, n)) * (rng.random((samples, n)) < p)
    for k in range(count):
        errors = ((x - np.maximum(x @ W[k].T @ W[k] + b[k], 0)) ** 2).sum(axis=1)
        z = (errors.mean() - loss[k]) / errors.std() * np.sqrt(samples)
        assert abs(z) < 4, (n, k, z)


def test_gradient_equals_finite_differences():
    rng = np.random.default_rng(3)
    for n, m in ((4, 2), (6, 2)):
        W, b = models(rng, (8,), n, m)
        at = {"density": rng.uniform(0.05, 1, (8, n)), "importance": rng.uniform(0.1, 2, (8, n))}
        _, dW, db = population_loss_and_gradient(W, b, **at)
        h = 1e-5
        for _ in range(6):
            vW, vb = rng.normal(size=W.shape), rng.normal(size=b.shape)
            up = ps.population_loss(W + h * vW, b + h * vb, **at)
            slope = (up - ps.population_loss(W - h * vW, b - h * vb, **at)) / (2 * h)
            np.testing.assert_allclose(
                (vW * dW).sum(axis=(1, 2)) + (vb * db).sum(axis=1), slope, atol=1e-6
            )


def test_loss_is_invariant_under_permutation_and_rotation():
    rng = np.random.default_rng(4)
    W, b = models(rng, (), 12, 4)
    p, importance = rng.uniform(0.05, 0.5, 12), rng.random(12)
    loss = ps.population_loss(W, b, density=p, importance=importance)
    Q, order = np.linalg.qr(rng.normal(size=(4, 4)))[0], rng.permutation(12)
    turned = ps.population_loss(
        (Q @ W)[:, order], b[order], density=p[order], importance=importance[order]
    )
    assert turned == pytest.approx(loss, abs=1e-10)


def test_the_bound_holds_and_shrinks_with_the_terms():
    rng = np.random.default_rng(5)
    W, b = models(rng, (60,), 6, 2)
    W *= 10.0 ** rng.choice([0, -1, -3], (60, 1, 6))
    p, importance = rng.uniform(0, 1, (60, 6)) ** 2 + 1e-3, np.ones((60, 6))
    exact = ps.population_loss(W, b, density=p, importance=importance)
    G, before = np.swapaxes(W, 1, 2) @ W, np.inf
    for n_waves in (16, 64, 256):
        loss = loss_and_gradient(W, b, p, importance, Terms(n_waves, 64))[0]
        bound = tail_bound(G, p, importance, n_waves)
        assert np.all(np.abs(loss - exact) <= bound + 1e-10)
        assert np.all(bound < before)
        before = bound


def test_single_precision():
    rng = np.random.default_rng(6)
    W, b = models(rng, (30,), 6, 2)
    exact = ps.population_loss(W, b, density=0.2, importance=1)
    single = ps.population_loss(
        W.astype(np.float32), b.astype(np.float32), density=0.2, importance=1
    )
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, exact, rtol=1e-5)


def test_a_loss_that_cannot_be_had_is_refused(monkeypatch):
    from phasesim.theory import _any_size

    monkeypatch.setattr(_any_size, "_MOST", 64)
    rng = np.random.default_rng(9)
    W, b = models(rng, (), 6, 2)
    with pytest.raises(ps.PhasesimError, match="terms"):
        ps.population_loss(W, b, density=0.3, importance=1)
