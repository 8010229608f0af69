"""Every law of inputs: what it states of itself holds for its samples, on every path to them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import phasesim as ps
from phasesim import registry
from phasesim.distributions._base import Distribution
from phasesim.parts import build

AMPLITUDES = registry.names("amplitude")
SAMPLES = 100_000
#: 5 standard errors are exceeded once in two million draws of a normal number
Z = 5.0
#: sums of products of float64 numbers
EXACT = 1e-12


def states_activity(law):
    return type(law).activity is not Distribution.activity


def samples_by_map(law, n):
    u = np.random.default_rng(3).random((law.n_uniforms(n), SAMPLES))
    return law.from_uniform(u, n)


def assert_means(values, expected, spread=None, more=1e-6):
    """Means over the last axis agree with what is expected, within Z standard errors."""
    spread = values.std(axis=-1) if spread is None else spread
    off = np.abs(values.mean(axis=-1) - expected)
    assert (off <= Z * spread / np.sqrt(values.shape[-1]) + more).all()


def hold_to_moments(law, n, x):
    assert x.shape == (n, SAMPLES)
    statements = law.density_per_feature, law.mean, law.variance
    p, mean, variance = (np.asarray(statement(n)) for statement in statements)
    assert p.shape == mean.shape == variance.shape == (n,)
    # a uniform draw of exactly 0 is an active feature of amplitude 0: 1e-7 of them, a few here
    assert_means((x != 0) * 1.0, p, np.sqrt(p * (1 - p)), more=3 / SAMPLES)
    assert_means(x, mean, np.sqrt(variance))
    centred = x - mean[:, None]
    assert_means(centred**2, variance)
    # features of different groups have nothing to do with each other
    assert sorted(i for g in law.groups(n) for i in g) == list(range(n))
    label = np.empty(n, int)
    for k, group in enumerate(law.groups(n)):
        label[group] = k
    apart = label[:, None] != label[None, :]
    products = centred[:, None] * centred[None, :]
    assert_means(products[apart], 0.0)
    if states_activity(law):
        covariance = law.covariance(n)
        assert_means(products, covariance)
        np.testing.assert_allclose(covariance[apart], 0, atol=EXACT)
        np.testing.assert_allclose(np.diag(covariance), variance, rtol=EXACT)


@pytest.mark.parametrize("amplitude", AMPLITUDES)
def test_densities_and_moments_of_mapped_samples(law, n, amplitude):
    law = law.replace(amplitude=amplitude)
    hold_to_moments(law, n, samples_by_map(law, n))


# every registered law at its defaults, one added later included
@pytest.mark.parametrize("name", registry.names("distribution"))
def test_densities_and_moments_of_samples_from_a_key(name):
    import jax

    law = build("distribution", name, "distribution")
    # laws of amplitudes of their own have no such field
    each = [law.replace(amplitude=a) for a in AMPLITUDES] if hasattr(law, "amplitude") else [law]
    draw = jax.jit(lambda key: [law.sample(key, SAMPLES, 4) for law in each])
    for law, x in zip(each, draw(jax.random.key(7)), strict=True):
        hold_to_moments(law, 4, np.asarray(x, float))


def test_every_pattern_of_all_features_is_as_frequent_as_stated(law, n, probability_of_masks):
    masks, expected = probability_of_masks(law.activity(n), n)
    active = samples_by_map(law, n) != 0
    rows = (active * 2 ** np.arange(n)[::-1, None]).sum(axis=0)
    found = np.bincount(rows, minlength=len(masks))
    assert found[expected == 0].sum() == 0
    error = np.sqrt(SAMPLES * expected * (1 - expected))
    # a handful of events is Poisson, with longer tails than a normal number
    assert (np.abs(found - SAMPLES * expected) <= Z * error + Z).all()


def test_active_values_follow_the_amplitude_whatever_else_is_active(law, n):
    x = samples_by_map(law, n)
    for i in range(n):
        assert stats.kstest(x[i][x[i] != 0], "uniform").pvalue > 1e-6
        for j in range(i + 1, n):
            together = (x[i] != 0) & (x[j] != 0)
            count = together.sum()
            if count > 100:
                assert abs(np.corrcoef(x[i][together], x[j][together])[0, 1]) < Z / np.sqrt(count)
                for k in (i, j):
                    error = np.sqrt(1 / 12 / count)
                    assert abs(x[k][together].mean() - 1 / 2) < Z * error


def test_characteristic_function_of_samples(law, n):
    if not hasattr(law, "characteristic"):
        pytest.skip("this law has no known characteristic function")
    x = samples_by_map(law, n)
    w = np.broadcast_to([-3.0, 0.0, 0.7, 9.0], (n, 4))
    expected = np.exp(1j * w[:, :, None] * x[:, None, :]).mean(axis=2)
    # |exp| = 1, so the standard error of either part is at most 1/√SAMPLES
    np.testing.assert_allclose(law.characteristic(w, n), expected, atol=Z / np.sqrt(SAMPLES))


def test_the_samples_of_the_engines_are_those_of_the_map(law_name):
    import jax
    import jax.numpy as jnp

    from phasesim import pytree
    from phasesim.engines._draws import sample, uniforms

    n, law = 4, build("distribution", {"name": law_name, "density": 0.3}, "distribution")
    made = pytree.as_arrays(ps.Experiment(n_features=n, distribution=law), np.float32)
    pytree.register(made)
    key = jnp.array([5, 6], jnp.uint32)
    x = np.asarray(jax.jit(lambda e: sample(e, key, 3, 2000))(made))
    u = np.asarray(uniforms(key, 3, law.n_uniforms(n), 2000), float)
    plain = law.from_uniform(u, n)
    # a number within a rounding of a threshold may fall on its other side
    agree = np.isclose(x, plain, atol=1e-5)
    assert agree.mean() > 0.999


def test_the_same_uniforms_make_nested_samples():
    # a feature active at a small density is active at any larger one: shared draws are coupled
    u = np.random.default_rng(0).random((2, 1000))
    rare = ps.distributions.sparse_uniform(density=0.1).from_uniform(u, 2)
    often = ps.distributions.sparse_uniform(density=0.5).from_uniform(u, 2)
    assert ((rare != 0) <= (often != 0)).all()
    np.testing.assert_allclose(rare[rare != 0] * 0.1, often[rare != 0] * 0.5)
