"""Training on the exact loss of dependent features and of other amplitudes than the uniform."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim.engines.population import uncovered
from phasesim.exact._activity import activities
from phasesim.exact._expected import loss_and_gradient
from phasesim.exact._series import Terms
from phasesim.status import Status
from phasesim.theory import population_loss_and_gradient

ADAM = ps.optimizers.adam(learning_rate=0.05, schedule="cosine")


def experiment(n, m, distribution, **fields):
    fields = {"n_steps": 400, "optimizer": ADAM, "engine": "population", **fields}
    return ps.Experiment(n_features=n, n_hidden=m, distribution=distribution, **fields)


def test_features_that_exclude_each_other_need_fewer_dimensions():
    """Trained over densities: three in two, at no loss; and what is stored is the exact loss."""
    one_of_three = experiment(3, 2, ps.distributions.anticorrelated(set_size=3))
    axes = [ps.values("distribution.density", [0.3, 0.1, 0.01])]
    result = ps.run(ps.Sweep(one_of_three, axes=axes, n_seeds=8))
    W, b = (result.stored(name).astype(float) for name in "Wb")
    for cell, density in enumerate(result.coords["distribution.density"]):
        law = ps.distributions.anticorrelated(set_size=3, density=float(density))
        at = {"importance": 1, "distribution": law}
        loss, dW, db = population_loss_and_gradient(W[cell], b[cell], **at)
        null = law.variance(3).sum()
        np.testing.assert_allclose(result.loss[cell], loss, atol=1e-6 * null)
        norm = np.sqrt((dW**2).sum(axis=(1, 2)) + (db**2).sum(axis=1))
        np.testing.assert_allclose(result.stored("gradient_norm")[cell], norm, atol=1e-5 * null)
        best = np.argmin(loss)
        assert loss[best] < 1e-4 * null and result.status[cell, best] == Status.ok
    curve = result.stored("loss_curve")
    assert np.all(curve[..., -1] < curve[..., 0])


def test_binary_features_that_come_together_are_one_feature():
    """Two pairs in two dimensions: every input is reproduced, at no loss."""
    pairs = experiment(4, 2, ps.distributions.correlated(amplitude="bernoulli", density=0.3))
    result = ps.run(ps.Sweep(pairs, n_seeds=8))
    best = np.argmin(result.loss)
    assert result.status[best] == Status.ok and result.loss[best] < 1e-5
    W, b = (result.params()[name][best].astype(float) for name in "Wb")
    x = np.kron([[0, 0], [0, 1], [1, 0], [1, 1]], [1, 1])
    np.testing.assert_allclose(np.maximum(x @ W.T @ W + b, 0), x, atol=0.01)
    alone = np.maximum(np.eye(4) @ W.T @ W + b, 0)
    assert np.abs(alone - np.eye(4)).max() > 0.3


def test_the_linear_model_learns_the_largest_eigenvectors_of_the_covariance():
    law = ps.distributions.correlated(density=0.3, amplitude="exponential")
    run = ps.run(ps.Sweep(experiment(4, 2, law, model="linear", n_steps=600), n_seeds=4))
    expected = np.linalg.eigvalsh(law.covariance(4))[:2].sum()
    assert run.loss.min() == pytest.approx(expected, rel=1e-4)


def test_the_compiled_path_in_the_complex_plane_equals_that_in_double_precision():
    rng = np.random.default_rng(1)
    law = ps.distributions.context(n_contexts=2, overlap=1, density=0.6, amplitude="exponential")
    W = (rng.normal(size=(6, 2, 3)) / np.sqrt(2)).astype(np.float32)
    b = (0.2 * rng.normal(size=(6, 3))).astype(np.float32)
    exact = population_loss_and_gradient(
        W.astype(float), b.astype(float), importance=1, distribution=law
    )

    def kernel(W, b):
        contexts = activities(law.activity(3), W.dtype)
        return loss_and_gradient(law.amplitude.law(), W, b, contexts, jnp.ones(3), Terms(128, 128))

    found = jax.jit(kernel)(jnp.asarray(W), jnp.asarray(b))
    np.testing.assert_allclose(found[0], exact[0], rtol=2e-6)
    np.testing.assert_allclose(found[1], exact[1], atol=3e-5)
    np.testing.assert_allclose(found[2], exact[2], atol=3e-5)


def test_what_is_covered():
    """Any activity; an amplitude with a law, or few enough patterns of one that is enumerated."""
    laws = ps.distributions
    for law in (laws.correlated(), laws.context(), laws.sparse_uniform(amplitude="gaussian"),
                laws.anticorrelated(amplitude="bernoulli")):  # fmt: skip
        assert uncovered(experiment(4, 2, law)) is None
    many = laws.sparse_uniform(amplitude="bernoulli")
    assert uncovered(experiment(14, 2, many)) is None
    with pytest.raises(ps.ConfigError, match=r"does not cover this distribution.amplitude.*16384"):
        experiment(15, 2, many)
    assert uncovered(experiment(15, 2, many, model="linear")) is None
