"""Leverage, overlaps, angles, interference: loops that share no code, bounds, invariances."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

import phasesim as ps
from phasesim import metrics, registry
from phasesim.geometry import angle_summary

SHAPES = [(1, 1), (1, 4), (2, 5), (3, 3), (5, 2)]


def experiment(n, m=2, **law):
    law = {"density": 0.3} | law
    return ps.Experiment(
        n_features=n,
        n_hidden=m,
        importance=ps.importances.geometric(base=0.7),
        distribution=ps.distributions.sparse_uniform(**law),
    )


def dot(u, v):
    return math.fsum(x * y for x, y in zip(u, v, strict=True))


def length(u):
    return math.sqrt(dot(u, u))


def alive(columns):
    return [i for i, w in enumerate(columns) if length(w) >= 0.5]


def pair_cosines(columns):
    kept = alive(columns)
    return [dot(columns[i], columns[j]) / length(columns[i]) / length(columns[j])
            for i in kept for j in kept if i != j]  # fmt: skip


def mean_square(values):
    return math.fsum(v * v for v in values) / len(values) if values else math.nan


def loop_leverage(columns, e):
    """Wᵀ(W Wᵀ)⁺ = W⁺, which keeps twice the digits."""
    inverse = np.linalg.pinv(np.array(columns).T, rcond=1e-6)
    return [dot(row, w) for row, w in zip(inverse, columns, strict=True)]


def loop_coherence(columns, e):
    return max(map(abs, pair_cosines(columns)), default=math.nan)


def loop_mean_squared_overlap(columns, e):
    return mean_square(pair_cosines(columns))


def loop_welch_ratio(columns, e):
    k, m = len(alive(columns)), len(columns[0])
    if k <= m:
        return math.nan
    return mean_square(pair_cosines(columns)) / ((k - m) / (m * (k - 1)))


def angle_between(u, v):
    return math.degrees(math.acos(max(-1.0, min(1.0, dot(u, v) / length(u) / length(v)))))


def angles_between(columns, seen):
    kept = alive(columns)
    return [[angle_between(seen[i], seen[j]) if i != j and {i, j} <= set(kept) else math.nan
             for j in range(len(columns))] for i in range(len(columns))]  # fmt: skip


def loop_angle(columns, e):
    return angles_between(columns, columns)


def mean_hidden(columns, e):
    mu = e.distribution.mean(len(columns))
    return [math.fsum(w[r] * x for w, x in zip(columns, mu, strict=True))
            for r in range(len(columns[0]))]  # fmt: skip


def loop_centred_angle(columns, e):
    if len(columns) == 1:
        return [[math.nan]]
    centre = mean_hidden(columns, e)
    return angles_between(columns, [[a - c for a, c in zip(w, centre, strict=True)]
                                    for w in columns])  # fmt: skip


def loop_centre_offset(columns, e):
    centre, variance = mean_hidden(columns, e), e.distribution.variance(len(columns))
    squares = dot(centre, centre)
    spread = math.fsum(v * dot(w, w) for v, w in zip(variance, columns, strict=True))
    return math.sqrt(squares / (squares + spread))


def loop_packing(columns, e):
    total = 0.0
    for w in columns:
        if length(w) >= 1e-6:
            total += length(w) ** 4 / math.fsum(dot(w, v) ** 2 for v in columns)
    return total / len(columns[0])


def loop_effective_rank(columns, e):
    values = np.linalg.eigvalsh(np.array(columns) @ np.array(columns).T)
    p = [v / math.fsum(values) for v in values if v > 1e-12 * max(values)]
    return math.exp(-math.fsum(q * math.log(q) for q in p))


def loop_phi_half(columns, e):
    return sum(length(w) > 0.5 for w in columns) / len(columns)


def loop_phi_one(columns, e):
    return sum(length(w) > 1 for w in columns) / len(columns)


def split(columns, sign):
    return [math.fsum(dot(u, v) ** 2 for j, v in enumerate(columns)
                      if j != i and sign * dot(u, v) > 0)
            for i, u in enumerate(columns)]  # fmt: skip


def loop_positive_interference(columns, e):
    return split(columns, 1)


def loop_negative_interference(columns, e):
    return split(columns, -1)


def loop_weighted_interference(columns, e):
    # E x² of a uniform value that is there with probability p
    p, weight = e.distribution.density_per_feature(len(columns)), 0.7 ** np.arange(len(columns))
    return [weight[i] * math.fsum(dot(u, v) ** 2 * p[j] / 3
                                  for j, v in enumerate(columns) if j != i)
            for i, u in enumerate(columns)]  # fmt: skip


LOOPS = {
    name.removeprefix("loop_"): loop for name, loop in list(globals().items())
    if name.startswith("loop_")
}  # fmt: skip


def call(name, W, e):
    function = registry.get("metric", name)
    return function(W, experiment=e) if function.spec.uses_experiment else function(W)


def models(m, n):
    W = np.random.default_rng([m, n]).normal(size=(4, 3, m, n))
    W[0, 0, :, 0] = 0.0
    W[0, 1, :, -1] = W[0, 1, :, 0]
    W[0, 2, :, 0] *= 1e-3
    W[1, 0] *= 4 / np.sqrt(m)
    return W


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("shape", SHAPES)
def test_metric_equals_loop(name, shape):
    m, n = shape
    W, e = models(m, n), experiment(n, m, density=tuple(np.linspace(0.2, 0.9, n)))
    if shape == (1, 1):
        W[0, 0] = 0.7  # nothing is left of a model without weights
    found = call(name, W, e)
    for at in np.ndindex(4, 3):
        expected = LOOPS[name](W[at].T.tolist(), e)
        # an angle near 0° or 180° is known to half the digits
        atol = 1e-5 if name.endswith("angle") else 1e-9
        np.testing.assert_allclose(found[at], expected, rtol=1e-9, atol=atol)


@pytest.mark.parametrize("name", sorted(set(LOOPS) | {"spherical_code_ratio"}))
def test_rotations_change_nothing_and_permutations_permute(name):
    W, e = models(3, 7), experiment(7, 3)
    found, spec = call(name, W, e), registry.get("metric", name).spec
    turned = call(name, ortho_group.rvs(3, random_state=0) @ W, e)
    np.testing.assert_allclose(turned, found, atol=1e-5)
    order = np.random.default_rng(0).permutation(7)
    # importances go with the features
    e = ps.Experiment(
        n_features=7, n_hidden=3, distribution=e.distribution,
        importance=ps.importances.values(weights=(0.7 ** np.arange(7))[order].tolist()),
    )  # fmt: skip
    moved = call(name, W[..., order], e)
    for axis in range(-len(spec.dims), 0):
        found = np.take(found, order, axis=axis)
    np.testing.assert_allclose(moved, found, atol=1e-5)


@pytest.mark.parametrize("name", ["leverage", "effective_rank", "packing", "centre_offset"])
def test_a_common_factor_changes_nothing(name):
    W, e = models(2, 5), experiment(5)
    np.testing.assert_allclose(call(name, 16 * W, e), call(name, W, e), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "name", ["coherence", "mean_squared_overlap", "welch_ratio", "spherical_code_ratio", "angle"]
)
def test_lengths_above_one_half_do_not_matter(name):
    W = models(2, 5)
    W /= np.maximum(np.linalg.norm(W, axis=-2, keepdims=True), 1e-3)
    lengths = np.random.default_rng(0).uniform(1, 5, size=(4, 3, 1, 5))
    np.testing.assert_allclose(call(name, lengths * W, None), call(name, W, None), atol=1e-5)


@given(st.integers(1, 4), st.integers(1, 8), st.integers(0, 2**16))
def test_bounds(m, n, seed):
    rng = np.random.default_rng(seed)
    rank = rng.integers(1, m + 1)
    W = rng.normal(size=(m, rank)) @ rng.normal(size=(rank, n))
    tau = metrics.leverage(W)
    assert np.all((tau >= 0) & (tau <= 1 + 1e-12))
    assert tau.sum() == pytest.approx(np.linalg.matrix_rank(W, rtol=1e-6), abs=1e-9)
    assert np.all(metrics.dimensionality(W) <= tau + 1e-9)
    assert metrics.packing(W) <= 1 + 1e-12
    assert 1 - 1e-9 <= metrics.effective_rank(W) <= min(rank, n) + 1e-9
    ratio, mu = metrics.welch_ratio(W), metrics.coherence(W)
    k = np.count_nonzero(metrics.feature_norm(W) >= 0.5)
    if k > m:
        assert ratio >= 1 - 1e-9
        assert mu**2 >= (k - m) / (m * (k - 1)) - 1e-9
    both = metrics.positive_interference(W) + metrics.negative_interference(W)
    norm = metrics.feature_norm(W)
    np.testing.assert_allclose(both, norm**2 * metrics.superposition(W), rtol=1e-9, atol=1e-12)


def test_leverage_does_not_see_an_invertible_map_of_the_hidden_space():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(20, 3, 6))
    np.testing.assert_allclose(
        metrics.leverage(rng.normal(size=(20, 3, 3)) @ W), metrics.leverage(W), atol=1e-9
    )
    # the dimensionality does
    assert np.abs(metrics.dimensionality(np.diag([1, 1, 3]) @ W) - metrics.dimensionality(W)).max()


def test_welch_ratio_of_frames_and_of_random_directions():
    turn = 2 * np.pi * np.arange(7) / 7
    heptagon = np.stack([np.cos(turn), np.sin(turn)])
    assert metrics.welch_ratio(heptagon) == pytest.approx(1, abs=1e-12)
    W = np.random.default_rng(0).normal(size=(4000, 4, 12)) * 9
    ratio, overlap = metrics.welch_ratio(W), metrics.mean_squared_overlap(W)
    error = 4 / np.sqrt(len(W))
    assert ratio.mean() == pytest.approx(11 / 8, abs=error * ratio.std())
    assert overlap.mean() == pytest.approx(1 / 4, abs=error * overlap.std())


def test_angle_summary():
    W = models(3, 6)
    found = angle_summary(metrics.angle(W))
    for at in np.ndindex(4, 3):
        listed = [a for row in loop_angle(W[at].T.tolist(), None) for a in row if a == a]
        expected = min(listed), sum(listed) / len(listed), max(listed)
        np.testing.assert_allclose(
            [found.smallest[at], found.mean[at], found.largest[at]], expected, rtol=1e-9
        )
    alone = angle_summary(np.full((2, 2), np.nan))
    assert np.isnan([alone.smallest, alone.mean, alone.largest]).all()
