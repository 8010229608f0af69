"""The exact loss of random models against plain sampling, up to a hundred features."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from phasesim.theory import population_loss

SAMPLES, BATCH = 1 << 17, 1 << 13


def z_score(number):
    """(sampled - exact) / standard error, of a random model of 2 to 100 features."""
    rng = np.random.default_rng([2022, number])
    n = int(np.exp(rng.uniform(np.log(2), np.log(101))))
    m = int(rng.integers(1, n + 1))
    p, importance = np.exp(rng.uniform(np.log(0.02), 0, n)), rng.uniform(0.1, 2, n)
    W = rng.standard_normal((m, n)) * rng.uniform(0.2, 1.5) / np.sqrt(m)
    b = rng.normal(0, 0.3, n)
    G = W.T @ W
    losses = []
    for _ in range(SAMPLES // BATCH):
        x = np.where(rng.random((BATCH, n)) < p, rng.random((BATCH, n)), 0.0)
        losses.append((x - np.maximum(x @ G + b, 0)) ** 2 @ importance)
    drawn = np.concatenate(losses)
    exact = population_loss(W, b, density=p, importance=importance)
    return (drawn.mean() - exact) / (drawn.std() / np.sqrt(SAMPLES))


def agree(models):
    z = np.array([z_score(k) for k in range(models)])
    assert np.max(np.abs(z)) < 4
    # and not because the standard errors are too large: scores are standard normal
    assert kstest(z, "norm").pvalue > 1e-3, z


def test_random_models():
    agree(12)


@pytest.mark.slow
def test_two_hundred_random_models():
    agree(200)
