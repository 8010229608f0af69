"""Amplitudes and distributions: what they state of themselves holds for their samples."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim import registry
from phasesim.parts import build

AMPLITUDES = registry.names("amplitude")
LAWS = {
    "sparse": {"name": "sparse_uniform", "density": 0.3},
    "dense": {"name": "sparse_uniform", "density": 1.0},
    "listed": {"name": "sparse_uniform", "density": [0.1, 0.5, 1.0]},
    "one apart": {"name": "sparse_uniform", "density": 0.2, "factor": 0.25, "factor_index": 2},
} | {
    # a law added later is held to its own statements at its defaults
    name: {"name": name}
    for name in registry.names("distribution")
    if name != "sparse_uniform"
}
N, SAMPLES = 3, 200_000
#: 5 standard errors are exceeded once in two million draws of a normal number
Z = 5.0


@pytest.mark.parametrize("name", AMPLITUDES)
def test_moments_of_the_quantile_function(name):
    law = build("amplitude", name, "amplitude")
    v = (np.arange(400_000) + 0.5) / 400_000
    x = np.asarray(law.quantile(v))
    assert x.shape == v.shape and x.dtype == np.float64
    # the midpoint rule misses at most the tail beyond the last of 400,000 strips: v log²v / N
    assert x.mean() == pytest.approx(law.mean, abs=1e-4)
    assert (x**2).mean() == pytest.approx(law.second_moment, abs=1e-3)
    assert (np.diff(x) >= 0).all()


@pytest.mark.parametrize("name", AMPLITUDES)
def test_characteristic_function(name):
    law = build("amplitude", name, "amplitude")
    w = np.array([-30.0, -2.5, -1e-9, 0.0, 1e-9, 0.5, 3.0, np.pi, 2 * np.pi, 12.0])
    x = np.asarray(law.quantile((np.arange(400_000) + 0.5) / 400_000))
    expected = np.exp(1j * w[:, None] * x).mean(axis=1)
    # the midpoint rule with 400,000 strips, as above
    np.testing.assert_allclose(law.characteristic(w), expected, atol=1e-4)
    np.testing.assert_allclose(law.characteristic(np.array(0.0)), 1, atol=1e-15)
    np.testing.assert_allclose(law.characteristic(-w), np.conj(law.characteristic(w)), atol=1e-15)


@pytest.mark.parametrize("name", AMPLITUDES)
def test_every_uniform_number_gives_a_finite_amplitude(name):
    import jax
    import jax.numpy as jnp

    law = build("amplitude", name, "amplitude")
    ends = np.float32([0.0, 2**-24, 0.5, 1 - 2**-24, 1.0])
    with jax.numpy_rank_promotion("raise"), jax.numpy_dtype_promotion("strict"):
        for x in (law.quantile(ends), law.quantile(jnp.asarray(ends)),
                  jax.jit(law.quantile)(jnp.asarray(ends))):  # fmt: skip
            assert np.isfinite(np.asarray(x)).all()
            assert np.asarray(x).dtype == np.float32


def law_of(name):
    return build("distribution", LAWS[name], "distribution")


def samples_of(law):
    import jax

    return np.asarray(law.sample(jax.random.key(7), SAMPLES, N), np.float64)


@pytest.mark.parametrize("amplitude", AMPLITUDES)
@pytest.mark.parametrize("name", LAWS)
def test_densities_and_moments_of_samples(name, amplitude):
    if amplitude != "uniform" and LAWS[name]["name"] != "sparse_uniform":
        pytest.skip("this law brings its own amplitudes")
    law = law_of(name)
    if LAWS[name]["name"] == "sparse_uniform":
        law = law.replace(amplitude=amplitude)
    x = samples_of(law)
    assert x.shape == (N, SAMPLES)
    p = np.asarray(law.density_per_feature(N))
    active = (x != 0).mean(axis=1)
    # a uniform draw of exactly 0 is an active feature of amplitude 0: 6e-8 of them
    assert (np.abs(active - p) <= Z * np.sqrt(p * (1 - p) / SAMPLES) + 1e-4).all()
    mean, variance = np.asarray(law.mean(N)), np.asarray(law.variance(N))
    assert (np.abs(x.mean(axis=1) - mean) <= Z * np.sqrt(variance / SAMPLES) + 1e-6).all()
    deviation = (x - mean[:, None]) ** 2
    error = deviation.std(axis=1) / np.sqrt(SAMPLES)
    assert (np.abs(deviation.mean(axis=1) - variance) <= Z * error + 1e-6).all()


@pytest.mark.parametrize("name", LAWS)
def test_characteristic_function_of_samples(name):
    law = law_of(name)
    if not hasattr(law, "characteristic"):
        pytest.skip("this law has no known characteristic function")
    x = samples_of(law)
    w = np.broadcast_to([-3.0, 0.0, 0.7, 9.0], (N, 4))
    expected = np.exp(1j * w[:, :, None] * x[:, None, :]).mean(axis=2)
    # |exp| = 1, so the standard error of either part is at most 1/√SAMPLES
    np.testing.assert_allclose(law.characteristic(w, N), expected, atol=Z / np.sqrt(SAMPLES))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("n", [1, N])
def test_groups_partition_the_features_and_are_independent(name, n):
    law = law_of(name)
    if name == "listed" and n != N:
        law = law.replace(density=(0.1,) * n)
    groups = law.groups(n)
    assert sorted(i for g in groups for i in g) == list(range(n))
    active = np.asarray(law.density_per_feature(n)) < 1
    heads = [g[0] for g in groups if active[g[0]]]
    if n == N and len(heads) > 1:
        between = np.corrcoef(samples_of(law)[heads] != 0) - np.eye(len(heads))
        assert np.abs(between).max() <= Z / np.sqrt(SAMPLES)


def test_the_same_uniforms_make_nested_samples():
    # a feature active at a small density is active at any larger one: shared draws are coupled
    u = np.random.default_rng(0).random((2, 1000))
    rare = ps.distributions.sparse_uniform(density=0.1).from_uniform(u, 2)
    often = ps.distributions.sparse_uniform(density=0.5).from_uniform(u, 2)
    assert ((rare != 0) <= (often != 0)).all()
    np.testing.assert_allclose(rare[rare != 0] * 0.1, often[rare != 0] * 0.5)


def test_numpy_and_jax_agree_on_densities():
    import jax.numpy as jnp

    law = ps.distributions.sparse_uniform(density=0.2, factor=0.5, factor_index=1)
    plain = law.density_per_feature(3)
    np.testing.assert_allclose(plain, [0.2, 0.1, 0.2])
    traced = law.replace()
    object.__setattr__(traced, "density", jnp.float32(0.2))
    np.testing.assert_allclose(traced.density_per_feature(3), plain, rtol=1e-6)
