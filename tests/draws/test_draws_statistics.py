"""The counter-based generator: uniform, and unrelated over samples, features, steps and cells.

The suite runs a sample; `make torture` repeats it with 10⁸ numbers.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from phasesim.engines._draws import uniforms

BATCH, ROWS, CELLS = 1024, 4, 24
#: with p-values this small in one of about 50 tests, chance is a bad excuse (seeds are fixed)
LEAST_P = 1e-4
#: pairs of numbers that a weak generator would relate; overlapping lags stay nearly independent
LAGS = {
    "next sample": (np.s_[..., 1:], np.s_[..., :-1]),
    "sample 16 on": (np.s_[..., 16:], np.s_[..., :-16]),
    "sample 512 on": (np.s_[..., 512:], np.s_[..., :-512]),
    "next feature": (np.s_[:, :, 1:], np.s_[:, :, :-1]),
    "next step": (np.s_[:, 1:], np.s_[:, :-1]),
    "next cell": (np.s_[1:], np.s_[:-1]),
}


@functools.cache
def _generator():
    def one(key, step):
        return uniforms(key, step, ROWS, BATCH)

    return jax.jit(jax.vmap(jax.vmap(one, (None, 0)), (0, None)))


def _keys(kind):
    if kind == "sequential":
        return np.stack([np.zeros(CELLS), np.arange(CELLS)], 1).astype(np.uint32)
    return np.random.default_rng(7).integers(0, 2**32, (CELLS, 2), dtype=np.uint32)


def _words(kind, first, count):
    """24-bit words, (cell, step, row, sample)."""
    steps = np.arange(first, first + count, dtype=np.uint32)
    drawn = np.asarray(_generator()(jnp.asarray(_keys(kind)), jnp.asarray(steps)))
    return (drawn * 2**24).astype(np.int64)


def _chi_square_p(counts):
    return stats.chisquare(counts).pvalue


def _check(kind, total):
    per_call = 16
    high, low = np.zeros(4096), np.zeros(4096)
    joint = {name: np.zeros(4096) for name in LAGS}
    products = {name: [0.0, 0] for name in LAGS}
    below = {1.0: 0, 0.1: 0, 0.001: 0}
    drawn = 0
    for first in range(0, 2**31, per_call):
        words = _words(kind, first, per_call)
        drawn += words.size
        high += np.bincount((words >> 12).ravel(), minlength=4096)
        low += np.bincount((words & 4095).ravel(), minlength=4096)
        centred = (words + 0.5) / 2**24 - 0.5
        for name, (later, earlier) in LAGS.items():
            pair = ((words[later] >> 18) << 6) | (words[earlier] >> 18)
            joint[name] += np.bincount(pair.ravel(), minlength=4096)
            products[name][0] += float(np.vdot(centred[later], centred[earlier]))
            products[name][1] += pair.size
        for p in below:
            below[p] += int(np.count_nonzero(words < p * 2**24))
        if drawn >= total:
            break
    assert _chi_square_p(high) > LEAST_P and _chi_square_p(low) > LEAST_P
    for name in LAGS:
        assert _chi_square_p(joint[name]) > LEAST_P, name
        correlation, pairs = products[name][0] * 12 / products[name][1], products[name][1]
        assert abs(correlation) * np.sqrt(pairs) < 4, name
    assert below[1.0] == drawn
    for p in (0.1, 0.001):
        z = (below[p] - drawn * p) / np.sqrt(drawn * p * (1 - p))
        assert abs(z) < 4, p


@pytest.mark.parametrize("kind", ["sequential", "random"])
def test_a_sample_of_draws_is_uniform_and_unrelated(kind):
    _check(kind, 3_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sequential", "random"])
def test_a_hundred_million_draws_are_uniform_and_unrelated(kind):
    _check(kind, 100_000_000)


def test_densities_are_resolved_to_24_bits():
    # P(u < p) = ceil(p 2²⁴)/2²⁴: every number is on the grid of 2⁻²⁴, and 1 is never drawn
    u = np.asarray(uniforms(jnp.array([1, 2], jnp.uint32), 3, 8, 4096))
    assert u.dtype == np.float32 and u.min() >= 0 and u.max() < 1
    np.testing.assert_array_equal(u * 2**24, np.round(u * 2**24))


def test_a_stream_never_repeats_a_word_within_a_batch():
    # an odd stride visits each 32-bit word once; only the 24 bits kept can coincide, by chance
    u = np.asarray(uniforms(jnp.array([0, 0], jnp.uint32), 0, 4, 4096))
    for row in u:
        assert len(np.unique(row)) > 4096 - 8


@pytest.mark.slow
def test_phases_agree_with_threefry_trained_ones(monkeypatch):
    """Best of 8 seeds at 20 × 20 cells: at least 98 % of cells carry the same phase."""
    import phasesim as ps
    from phasesim.engines import _program

    experiment = ps.Experiment(
        n_features=2, n_hidden=1, n_steps=2000, draws="independent", importance="last_relative",
        optimizer=ps.optimizers.adamw(learning_rate=1e-2, schedule="cosine"),
    )  # fmt: skip
    axes = [ps.geomspace("distribution.density", 1, 0.01, 20),
            ps.geomspace("importance.ratio", 0.1, 10, 20)]  # fmt: skip
    sweep = ps.Sweep(experiment, axes, n_seeds=8)
    own = ps.run(sweep).metric("phase", "best")

    def threefry(key, step, rows, batch):
        key = jax.random.fold_in(jax.random.wrap_key_data(key), step)
        return jax.random.uniform(key, (rows, batch))

    monkeypatch.setattr(_program, "sample", lambda e, key, step, batch: e.distribution.from_uniform(
        threefry(key, step, e.n_features, batch), e.n_features))  # fmt: skip
    _program.compiled.cache_clear()
    jax.clear_caches()
    other = ps.run(sweep).metric("phase", "best")
    _program.compiled.cache_clear()
    jax.clear_caches()
    assert np.mean(own == other) >= 0.98
