"""Samples of unit length, and training on the same few samples at every step."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.engines._draws import sample, uniforms
from phasesim.keys import model_keys
from phasesim.plan import lane_width

D = ps.distributions


def of(n_samples, density=0.3, **law):
    return D.dataset(n_samples=n_samples, law={"name": "sparse_uniform", "density": density, **law})


@pytest.mark.parametrize(("density", "n"), [([0.3, 0.8, 0.05], 3), (1.0, 2), (0.01, 400)])
def test_moments_of_samples_of_unit_length(density, n):
    law, count = D.unit_length(density=density), 200_000 // (n // 20 + 1)
    x = law.from_uniform(np.random.default_rng(0).random((n, count)), n)
    length = np.linalg.norm(x, axis=0)
    np.testing.assert_allclose(length[length > 0], 1)
    p = law.density_per_feature(n)
    assert (length == 0).mean() == pytest.approx(np.prod(1 - p), abs=5 / np.sqrt(count))
    # the squares of a sample sum to 1 unless it is empty; the integrals are exact to rounding
    square = law.variance(n) + law.mean(n) ** 2
    assert square.sum() == pytest.approx(1 - np.prod(1 - p), abs=1e-9)
    few = x[:5]
    for stated, values in [(law.mean(n), few), (square, few**2)]:
        error = values.std(axis=1) / np.sqrt(count)
        assert (np.abs(values.mean(axis=1) - stated[:5]) < 5 * error).all()
    products = few[0] * few[1]
    stated = law.covariance(n)[0, 1] + law.mean(n)[0] * law.mean(n)[1]
    assert abs(products.mean() - stated) < 5 * products.std() / np.sqrt(count)
    np.testing.assert_allclose(np.diag(law.covariance(n)), law.variance(n), atol=1e-12)


def test_one_feature_alone_has_length_1():
    law = D.unit_length(density=[0.25])
    np.testing.assert_allclose(law.mean(1), 0.25, atol=1e-10)
    np.testing.assert_allclose(law.variance(1), 0.25 * 0.75, atol=1e-10)


def test_a_data_set_has_the_moments_of_its_law_and_its_refusals():
    law, made = D.correlated(density=0.2, set_size=2), of(7, name="correlated", density=0.2)
    for name in ("density_per_feature", "mean", "absolute_mean", "variance", "covariance"):
        np.testing.assert_array_equal(getattr(made, name)(4), getattr(law, name)(4))
    assert made.groups(4) == law.groups(4) and made.fixed == 7 and law.fixed is None
    with pytest.raises(ps.ConfigError, match=r"law: found dataset"):
        D.dataset(law=of(3))
    with pytest.raises(ps.ConfigError, match=r"distribution\.law\.set_size: .*divisor"):
        ps.Experiment(n_features=3, distribution=made)
    with pytest.raises(ps.ConfigError, match="does not cover this distribution"):
        ps.Experiment(distribution=of(3), engine="population")


def test_its_size_takes_the_place_of_the_batch_size():
    small, large = (ps.Experiment(distribution=of(t), batch_size=512) for t in (10, 1 << 20))
    assert small.samples_a_step == 10
    assert ps.Experiment(batch_size=512).samples_a_step == 512
    assert lane_width(small, "gpu") > lane_width(large, "gpu")


@pytest.mark.parametrize("draws", ["independent", pytest.param("shared", marks=pytest.mark.slow)])
def test_training_is_gradient_descent_on_the_same_samples(tiny_sweep, draws):
    """Forty steps in NumPy on samples that the seed's data key gives, left and entered twice."""
    sweep = tiny_sweep(
        distribution=of(6), draws=draws, n_steps=40, record={"snapshots": 4, "n_losses": 40},
        optimizer={"name": "sgd", "learning_rate": 0.1},
        axes=[ps.values("distribution.law.density", [0.9, 0.5])],
    )  # fmt: skip
    result = ps.run(sweep)
    for cell, replica in np.ndindex(2, 2):
        experiment = sweep.at((cell,))
        digest = np.frombuffer(experiment.key_digest(), np.uint8)[None]
        key = model_keys(0, digest, replica, draws).data
        key = key if draws == "shared" else key[0]
        u = np.asarray(uniforms(key, 0, 3, 6), float)
        x = experiment.distribution.from_uniform(u, 3)
        W, b = (result.stored(f"{k}_snapshot")[cell, replica, 0].astype(float) for k in "Wb")
        losses = []
        for _ in range(40):
            h = W @ x
            a = W.T @ h + b[:, None]
            e = np.maximum(a, 0) - x
            g = np.where(a > 0, e, 0)
            losses.append((e**2).sum() / 6)
            W, b = (
                W - 0.1 * 2 / 6 * (h @ g.T + W @ g @ x.T),
                b - 0.1 * 2 / 6 * g.sum(axis=1),
            )
        # float32 over forty steps
        np.testing.assert_allclose(result.params()["W"][cell, replica], W, atol=1e-5)
        np.testing.assert_allclose(result.params()["b"][cell, replica], b, atol=1e-5)
        np.testing.assert_allclose(result.stored("loss_curve")[cell, replica], losses, rtol=1e-4)


def test_a_smaller_data_set_is_the_beginning_of_a_larger_one_and_tests_are_fresh(tiny):
    key = jnp.array([8, 9], jnp.uint32)
    made = []
    for n_samples in (5, 9):
        single = pytree.as_arrays(tiny(distribution=of(n_samples)), np.float32)
        pytree.register(single)
        made.append(np.asarray(sample(single, key, 0, n_samples)))
    np.testing.assert_array_equal(made[0], made[1][:, :5])
    fresh = np.asarray(sample(single, key, 1, 9))
    assert fresh.any() and not np.isin(fresh[fresh != 0], made[1]).any()


def test_the_law_of_unit_length_is_traced(tiny):
    law = pytree.as_arrays(D.unit_length(density=0.4), np.float32)
    pytree.register(law)
    found = jax.jit(lambda d: (d.mean(3), d.variance(3), d.covariance(3)))(law)
    plain = D.unit_length(density=0.4)
    for a, b in zip(found, (plain.mean(3), plain.variance(3), plain.covariance(3)), strict=True):
        # float32 sums of five hundred terms
        np.testing.assert_allclose(a, b, atol=1e-5)
