"""The exact loss under every covered amplitude, dependent features and hidden contexts."""

from __future__ import annotations

import numpy as np
import pattern_oracle as oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import phasesim as ps
from phasesim.exact import _tied
from phasesim.exact._activity import activities
from phasesim.exact._expected import error_bound, loss_and_gradient, rounding
from phasesim.exact._linear import dependent_loss_and_gradient, linear_loss_and_gradient
from phasesim.exact._series import Terms
from phasesim.theory import population_loss_and_gradient, population_loss_parts

AMPLITUDES = ["uniform", "signed_uniform", "exponential", "gaussian", "bernoulli"]
LAWS = {
    "sparse_uniform": {"density": 0.3},
    "correlated": {"density": 0.3},
    "anticorrelated": {"density": 0.3},
    "cooccurrence": {"density": 0.4, "correlation": -0.5},
    "context": {"n_contexts": 2, "overlap": 2, "density": 0.5, "weights": [3, 1]},
    "mixture": {"density": 0.5, "background": 0.3},
}


def law(name, amplitude, **fields):
    return getattr(ps.distributions, name)(amplitude=amplitude, **(fields or LAWS[name]))


def models(rng, n, m, *shape):
    return rng.normal(size=(*shape, m, n)) / np.sqrt(m), 0.2 * rng.normal(size=(*shape, n))


def accuracy(distribution, W, b, importance, loss):
    """What is promised: 1e-10, 1e-8 null losses, both relative to the loss where it is large."""
    null = float(importance @ np.asarray(distribution.variance(len(b))))
    rounded = 1e-14 * float(np.sum((1 + np.abs(b) + np.abs(W.T @ W).sum(axis=1)) ** 2))
    return min(1e-10, 1e-8 * null) * max(1.0, loss / max(null, 1e-300)) + rounded


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("amplitude", AMPLITUDES)
def test_loss_equals_enumeration_of_patterns(name, amplitude):
    rng = np.random.default_rng((AMPLITUDES.index(amplitude), len(name)))
    W, b = models(rng, 4, 2)
    importance, distribution = rng.uniform(0.1, 1, 4), law(name, amplitude)
    by_active = oracle.loss_by_active(amplitude, W, b, distribution.activity(4), importance)
    found = ps.population_loss(W, b, importance=importance, distribution=distribution)
    assert found.shape == () and found.dtype == np.float64
    assert abs(found - by_active.sum()) < 1e-11
    parts = population_loss_parts(W, b, importance=importance, distribution=distribution)
    np.testing.assert_allclose(parts.by_active, by_active, atol=5e-11)
    own = parts.by_output[2] / importance[2]
    one = ps.population_loss(W, b, importance=np.eye(4)[2], distribution=distribution)
    assert own == pytest.approx(one, abs=1e-10)


entries = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e-12, -1e-6, 1e-3, 10.0]), st.floats(-3, 3, width=32)
)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(AMPLITUDES),
    st.sampled_from([("sparse_uniform", {}), ("correlated", {"set_size": 3}),
                     ("anticorrelated", {"set_size": 3}), ("cooccurrence", {"correlation": 0.5})]),
    st.integers(1, 2),
    st.lists(entries, min_size=6, max_size=6),
    st.lists(entries, min_size=3, max_size=3),
    st.one_of(st.just(1.0), st.floats(1e-6, 1)),
)  # fmt: skip
def test_loss_is_exact_for_any_weights(amplitude, kind, m, numbers, biases, p):
    """Zero, equal and tiny columns, p = 1 and p near 0, kinks on corners of the cube."""
    name, fields = kind
    p = p / fields.get("set_size", 1) if name == "anticorrelated" else p
    distribution = law(name, amplitude, density=p, **fields)
    W, b = np.reshape(numbers[: 3 * m], (m, 3)), np.array(biases)
    expected = oracle.loss(amplitude, W, b, distribution, np.ones(3))
    found = ps.population_loss(W, b, importance=1, distribution=distribution)
    assert abs(found - expected) <= accuracy(distribution, W, b, np.ones(3), expected)


@pytest.mark.parametrize("amplitude", AMPLITUDES)
@pytest.mark.parametrize("name", ["sparse_uniform", "correlated", "cooccurrence"])
def test_gradient_equals_finite_differences(amplitude, name):
    """Also at orthogonal and dead columns, where couplings are exactly 0."""
    rng = np.random.default_rng(3)
    W, b = models(rng, 5, 2, 2)
    W[1] = [[0.8, 0, 0.5, 0, 0.4], [0, 0.7, 0.3, 0, 0]]
    at = {"importance": rng.uniform(0.1, 2, 5), "distribution": law(name, amplitude, density=0.4)}
    if name == "correlated":
        at["distribution"] = at["distribution"].replace(set_size=5)
    loss, dW, db = population_loss_and_gradient(W, b, **at)
    assert loss.shape == (2,) and dW.shape == W.shape and db.shape == b.shape
    h = 1e-5
    for _ in range(4):
        vW, vb = rng.normal(size=W.shape), rng.normal(size=b.shape)
        up = ps.population_loss(W + h * vW, b + h * vb, **at)
        slope = (up - ps.population_loss(W - h * vW, b - h * vb, **at)) / (2 * h)
        along = (vW * dW).sum(axis=(1, 2)) + (vb * db).sum(axis=1)
        np.testing.assert_allclose(along, slope, atol=3e-6 * np.abs(slope).max())


@pytest.mark.parametrize("n", [3, 4, 6])
def test_gradient_by_couplings_of_zero(n):
    """A dead column is drawn by the others, orthogonal ones turn: independent uniform features."""
    W = np.zeros((2, n))
    W[0, 0], W[1, 1], W[:, 2] = 0.8, 0.7, 0.3 * (n > 3)
    b, at = np.linspace(-0.1, 0.25, n), {"density": 0.4, "importance": 1}
    dW = population_loss_and_gradient(W, b, **at)[1]
    p, weight = np.full(n, 0.4), np.ones(n)
    kernel = _tied.loss_and_gradient(W, b, p, weight, Terms(512, 64))[1]
    slope, h = np.zeros_like(W), 1e-4
    for k in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[k] = h
        up, down = (ps.population_loss(W + s * step, b, **at) for s in (1, -1))
        slope[k] = (up - down) / (2 * h)
    assert np.abs(slope[:, -1]).max() > 0.005
    np.testing.assert_allclose(dW, slope, atol=1e-6)
    np.testing.assert_allclose(kernel, slope, atol=1e-6)


@pytest.mark.parametrize("amplitude", AMPLITUDES[:-1])
@pytest.mark.parametrize(("name", "fields"), [
    ("sparse_uniform", {"density": 0.1}), ("correlated", {"density": 0.2, "set_size": 6}),
    ("anticorrelated", {"density": 0.1, "set_size": 6}),
    ("mixture", {"density": 0.3, "background": 0.1, "n_components": 4}),
])  # fmt: skip
def test_loss_is_the_mean_over_samples(amplitude, name, fields):
    rng = np.random.default_rng(1)
    n, m, samples = 12, 4, 8_000
    distribution = law(name, amplitude, **fields)
    W, b = models(rng, n, m)
    x = distribution.from_uniform(rng.random((distribution.n_uniforms(n), samples)), n)
    errors = ((x - np.maximum(W.T @ W @ x + b[:, None], 0)) ** 2).sum(axis=0)
    # at the accuracy of training: a thousandth of the error of the mean
    kernel, contexts = distribution.amplitude.law(), activities(distribution.activity(n), float)
    loss, _, _, _ = loss_and_gradient(kernel, W, b, contexts, np.ones(n), Terms(64, 64, False))
    assert abs(errors.mean() - loss) < 4 * errors.std() / np.sqrt(samples)


@pytest.mark.parametrize("amplitude", AMPLITUDES[:-1])
def test_the_bound_holds_and_shrinks_with_the_terms(amplitude):
    rng = np.random.default_rng(5)
    W, b = models(rng, 6, 2, 12)
    W *= 10.0 ** rng.choice([0, -1, -3], (12, 1, 6))
    distribution, weight = law("correlated", amplitude, density=0.5, set_size=3), np.ones(6)
    kernel, contexts = distribution.amplitude.law(), activities(distribution.activity(6), float)
    exact = ps.population_loss(W, b, importance=1, distribution=distribution)
    G, before = np.swapaxes(W, 1, 2) @ W, np.inf
    for n_waves in (16, 64, 256):
        loss = loss_and_gradient(kernel, W, b, contexts, weight, Terms(n_waves, 64, False))[0]
        bound = error_bound(kernel, G, b, contexts, weight, n_waves)
        assert np.all(np.abs(loss - exact) <= bound + 1e-10)
        assert np.all(bound < before)
        before = bound


@pytest.mark.parametrize("amplitude", AMPLITUDES)
def test_single_precision(amplitude):
    """The kernels of training, and their own estimate of the rounding."""
    rng = np.random.default_rng(6)
    for p in (0.5, 0.01):
        distribution = law("correlated", amplitude, density=p)
        W, b = (v.astype(np.float32) for v in models(rng, 6, 2, 10))
        kernel, weight = distribution.amplitude.law(), np.ones(6, np.float32)
        wide, narrow = (activities(distribution.activity(6), t) for t in (float, np.float32))
        exact = loss_and_gradient(kernel, W.astype(float), b.astype(float), wide, np.ones(6),
                                  Terms(128, 64))  # fmt: skip
        found = loss_and_gradient(kernel, W, b, narrow, weight, Terms(128, 64))
        assert {v.dtype for v in found} == {np.dtype(np.float32)}
        scale = exact[0] + distribution.variance(6).sum()
        error = np.abs(found[0] - exact[0])
        estimate = rounding(kernel, np.swapaxes(W, 1, 2) @ W, b, narrow, weight)
        assert np.all(error < 1e-6 * scale) and np.all(error < 4 * estimate)
        assert np.all(estimate < 1e-5 * scale)
        for k in (1, 2):
            assert np.abs(found[k] - exact[k]).max() < 1e-6 * (1 + np.abs(exact[k]).max())


def test_independent_uniform_features_take_the_faster_kernels():
    rng = np.random.default_rng(2)
    W, b = models(rng, 5, 2, 3)
    plain = ps.population_loss(W, b, importance=1, density=0.3)
    for same in (law("sparse_uniform", "uniform", density=0.3),
                 law("correlated", "uniform", density=0.3, set_size=1)):  # fmt: skip
        found = ps.population_loss(W, b, importance=1, distribution=same)
        np.testing.assert_array_equal(found, plain)
    # the general kernel agrees
    pairs = law("cooccurrence", "uniform", density=0.3, correlation=0.0)
    found = population_loss_and_gradient(W, b, importance=1, distribution=pairs)
    expected = population_loss_and_gradient(W, b, importance=1, density=0.3)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-10)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-7)


def test_closed_forms_of_sets():
    """Mates that exclude each other share a dimension at no loss; mates that come together do not.

    W = [1, -1], b = 0: both outputs are wrong by the smaller of both values where both are active.
    """
    at = {"W": [[1, -1]], "b": [0, 0], "importance": [1, 0.5]}
    mean_square_of_smaller = {"uniform": 1 / 6, "exponential": 1 / 2, "bernoulli": 1}
    for amplitude, square in mean_square_of_smaller.items():
        apart = law("anticorrelated", amplitude, set_density=0.6)
        assert ps.population_loss(**at, distribution=apart) == pytest.approx(0, abs=1e-15)
        for p in (0.01, 0.7):
            together = law("correlated", amplitude, density=p)
            loss = ps.population_loss(**at, distribution=together)
            assert loss == pytest.approx(1.5 * p * square, rel=1e-13)


def test_linear_loss_of_dependent_features():
    """Covariances of figures: p/4 - p²/4 in an all-or-none set, -q²/(4k²) in a one-of-k set."""
    rng = np.random.default_rng(4)
    W, b = models(rng, 4, 2)
    weight, p, q, k = rng.uniform(0.1, 1, 4), 0.3, 0.5, 2
    together, apart = (law(n, "uniform", set_density=s) for n, s in
                       (("correlated", p), ("anticorrelated", q)))  # fmt: skip
    within = np.kron(np.eye(2), np.ones((2, 2))) - np.eye(4)
    variances = {
        together: (p / 2, (p / 3 - p * p / 4) * np.eye(4) + (p - p * p) / 4 * within),
        apart: (q / (2 * k), (q / (3 * k) - q * q / (4 * k * k)) * np.eye(4)
                - q * q / (4 * k * k) * within),
    }  # fmt: skip
    for distribution, (mean, covariance) in variances.items():
        np.testing.assert_allclose(distribution.covariance(4), covariance, atol=1e-15)
        loss, dW, db = dependent_loss_and_gradient(W, b, np.full(4, mean), covariance, weight)
        A = W.T @ W - np.eye(4)
        r = A @ np.full(4, mean) + b
        assert loss == pytest.approx(weight @ (np.diag(A @ covariance @ A.T) + r * r), rel=1e-13)
        vW, vb, h = rng.normal(size=W.shape), rng.normal(size=4), 1e-6
        up, down = (
            dependent_loss_and_gradient(W + s * vW, b + s * vb, np.full(4, mean), covariance,
                                        weight)[0]
            for s in (h, -h)
        )  # fmt: skip
        assert (vW * dW).sum() + vb @ db == pytest.approx((up - down) / (2 * h), rel=1e-7)
    variance = np.full(4, 0.1)
    same = dependent_loss_and_gradient(W, b, np.full(4, 0.2), np.diag(variance), weight)
    for x, y in zip(
        same, linear_loss_and_gradient(W, b, np.full(4, 0.2), variance, weight), strict=True
    ):
        np.testing.assert_allclose(x, y, rtol=1e-12)


def test_what_cannot_be_evaluated_is_refused():
    W, b = np.ones((1, 2)), np.zeros(2)
    correlated = law("correlated", "uniform", density=0.1)
    refused = [
        ({}, "neither density nor distribution"),
        ({"density": 0.1, "distribution": correlated}, "both density and distribution"),
        ({"distribution": "correlated"}, "expected a part"),
        ({"distribution": correlated.replace(set_size=3)}, "set_size: found 3"),
        ({"distribution": law("sparse_uniform", "uniform", density=[0.1])}, "found 1 numbers"),
    ]
    for arguments, message in refused:
        with pytest.raises(ps.PhasesimError, match=message):
            ps.population_loss(W, b, importance=1, **arguments)
    many = law("sparse_uniform", "bernoulli", density=0.1)
    with pytest.raises(ps.PhasesimError, match="at most 4194304 patterns"):
        ps.population_loss(np.ones((1, 23)), np.zeros(23), importance=1, distribution=many)
