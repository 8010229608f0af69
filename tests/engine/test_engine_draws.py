"""The counter-based generator: uniform, uncorrelated, and a function of its counters alone."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import phasesim as ps
from phasesim import pytree
from phasesim.engines._draws import has_map, sample, threefry, uniforms

KEY = jnp.array([123456789, 987654321], jnp.uint32)
#: a fair generator falls below this once in ten thousand runs; the sample is fixed
LEAST_P = 1e-4
draw = jax.jit(uniforms, static_argnums=(2, 3))


@pytest.fixture(scope="module")
def million():
    """10⁶ numbers over 5 keys, 10 steps, 4 rows and 5,000 samples: (key, step, row, sample)."""
    keys = jnp.arange(10, dtype=jnp.uint32).reshape(5, 2)
    steps = jnp.arange(10, dtype=jnp.int32)
    one = lambda k, s: uniforms(k, s, 4, 5000)  # noqa: E731
    made = jax.jit(jax.vmap(jax.vmap(one, (None, 0)), (0, None)))(keys, steps)
    return np.asarray(made, np.float64)


def test_known_answers_of_threefry():
    """The three vectors of Salmon et al.'s Random123, file kat_vectors, threefry2x32 20."""
    cases = [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 2, (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ]
    for key, counter, expected in cases:
        made = threefry(*(jnp.uint32(v) for v in (*key, *counter)))
        assert tuple(int(v) for v in made) == expected


def test_numbers_lie_on_a_grid_of_24_bits(million):
    assert million.min() >= 0 and million.max() < 1
    scaled = million * 2**24
    assert (scaled == np.round(scaled)).all()
    assert draw(KEY, 0, 2, 3).dtype == jnp.float32


def test_mean_variance_and_chi_square(million):
    flat = million.ravel()
    assert abs(flat.mean() - 0.5) < 5 / np.sqrt(12 * flat.size)
    # Var (u - 1/2)² = 1/180
    assert abs(flat.var() - 1 / 12) < 5 / np.sqrt(180 * flat.size)
    for bits in (8, 10):
        counts = np.bincount((flat * 2**bits).astype(int), minlength=2**bits)
        assert stats.chisquare(counts).pvalue > LEAST_P
    lowest = np.bincount((flat * 2**24).astype(int) & 255, minlength=256)
    assert stats.chisquare(lowest).pvalue > LEAST_P


@pytest.mark.parametrize("axis", range(4), ids=["key", "step", "row", "sample"])
@pytest.mark.parametrize("lag", [1, 2, 3])
def test_no_correlation_along_any_counter(million, axis, lag):
    moved = np.moveaxis(million, axis, 0) - 0.5
    left, right = moved[lag:].ravel(), moved[:-lag].ravel()
    correlation = np.mean(left * right) * 12
    assert abs(correlation) < 5 / np.sqrt(left.size)


@pytest.mark.parametrize("axis", range(4), ids=["key", "step", "row", "sample"])
def test_pairs_of_neighbours_fill_the_square(million, axis):
    moved = np.moveaxis(million, axis, 0)
    left, right = (a.ravel() for a in (moved[1:], moved[:-1]))
    counts = np.bincount((left * 16).astype(int) * 16 + (right * 16).astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > LEAST_P


def test_rare_features_are_as_rare_as_stated(million):
    for density in (0.1, 0.01, 0.001):
        per_stream = (million < density).sum(axis=3).ravel()
        expected = 5000 * density
        # independent binomials: their sum of squares over the variance is a chi-square
        statistic = ((per_stream - expected) ** 2 / (expected * (1 - density))).sum()
        p = stats.chi2.sf(statistic, per_stream.size)
        assert LEAST_P < p < 1 - LEAST_P


def test_a_number_is_a_function_of_its_counters_alone():
    whole = draw(KEY, 3, 4, 100)
    assert np.array_equal(draw(KEY, 3, 4, 100), whole)
    # neither the number of rows, of samples, nor of keys beside it matters
    assert np.array_equal(draw(KEY, 3, 2, 100), whole[:2])
    assert np.array_equal(draw(KEY, 3, 4, 50), whole[:, :50])
    keys = jnp.stack([KEY + 1, KEY, KEY + 2])
    assert np.array_equal(jax.vmap(lambda k: uniforms(k, 3, 4, 100))(keys)[1], whole)
    for other in (draw(KEY, 4, 4, 100), draw(KEY + 1, 3, 4, 100)):
        assert (np.asarray(other) == np.asarray(whole)).mean() < 0.01


def test_no_two_streams_repeat_each_other():
    keys = jnp.arange(200, dtype=jnp.uint32).reshape(100, 2)
    made = np.asarray(jax.vmap(lambda k: uniforms(k, 0, 20, 4))(keys))
    assert len(np.unique(made.reshape(-1, 4), axis=0)) == 2000


def stacked(densities, **fields):
    experiment = ps.Experiment(n_features=2, n_hidden=1, **fields)
    made = pytree.stack(
        experiment, {"distribution.density": np.array(densities)}, len(densities), np.float32
    )
    pytree.register(made)
    return made


def tile_samples(tile, keys, batch):
    """Samples (L, n, batch) of step 0, from one key a model or one for all."""
    axes = (0, 0 if keys.ndim == 2 else None)
    return np.asarray(jax.vmap(lambda e, k: sample(e, k, 0, batch), axes)(tile, keys))


def test_shared_draws_are_one_uniform_thresholded_for_every_cell():
    x = tile_samples(stacked([1.0, 0.5, 0.1]), KEY, 4000)
    u = np.asarray(draw(KEY, 0, 2, 4000))
    np.testing.assert_array_equal(x[0], u)
    for k, density in enumerate([1.0, 0.5, 0.1]):
        np.testing.assert_array_equal(x[k] != 0, (u < np.float32(density)) & (u > 0))
        # a reciprocal and a product in float32
        np.testing.assert_allclose(x[k][x[k] != 0], (u / density)[x[k] != 0], rtol=3e-7)


def test_independent_draws_differ_between_cells():
    keys = jnp.stack([KEY, KEY + 1])
    x = tile_samples(stacked([0.5, 0.5]), keys, 20_000)
    active = x != 0
    agreement = (active[0] == active[1]).mean()
    # two fair coins agree half the time; 40,000 pairs have a standard error of 0.0025
    assert abs(agreement - 0.5) < 5 * 0.0025
    np.testing.assert_array_equal(x[1], tile_samples(stacked([0.5]), keys[1:], 20_000)[0])


def test_a_law_with_its_own_sampler_is_asked_for_samples():
    class own(type(ps.distributions.sparse_uniform())):
        def sample(self, key, batch, n):
            return jax.random.uniform(key, (n, batch)) + 10

    law = object.__new__(own)
    for name, value in vars(ps.distributions.sparse_uniform()).items():
        object.__setattr__(law, name, value)
    assert not has_map(law) and has_map(ps.distributions.sparse_uniform())
    tile = stacked([0.5, 0.1])
    object.__setattr__(tile, "distribution", pytree.stack(law, {}, 2, np.float32))
    pytree.register(tile)
    shared = tile_samples(tile, KEY, 5)
    assert shared.shape == (2, 2, 5) and (shared >= 10).all()
    assert np.array_equal(shared[0], shared[1])
    each = tile_samples(tile, jnp.stack([KEY, KEY + 1]), 5)
    assert not np.array_equal(each[0], each[1])
