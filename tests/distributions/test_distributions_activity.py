"""The statement of what is active together, and the moments that follow from it."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import phasesim as ps

D = ps.distributions
#: sums of products of float64 numbers
EXACT = 1e-12

probability = st.floats(1e-3, 1)
share = st.floats(0, 1)
weight = st.floats(0.1, 10)


@st.composite
def laws(draw):
    """A law and a number of features that it takes, at most six."""
    size, count = draw(st.sampled_from([(1, 3), (2, 2), (2, 3), (3, 1), (3, 2), (5, 1)]))
    p, n = draw(probability), size * count
    listed = st.lists(weight, min_size=count, max_size=count) | weight
    each = st.lists(probability, min_size=n, max_size=n) | probability
    made = {
        "sparse_uniform": lambda: (D.sparse_uniform(density=draw(each)), n),
        "correlated": lambda: (D.correlated(density=p, set_size=size), n),
        "anticorrelated": lambda: (D.anticorrelated(set_density=p, set_size=size), n),
        "cooccurrence": lambda: (
            D.cooccurrence(density=p, correlation=draw(st.floats(-1, 1))), draw(st.integers(1, 6))
        ),
        "mixture": lambda: (
            D.mixture(n_components=count, density=draw(each), background=draw(share),
                      weights=draw(listed)), n
        ),
        "context": lambda: (
            D.context(n_contexts=count, density=p, overlap=6 - n, weights=draw(listed)), 6
        ),
    }  # fmt: skip
    return made[draw(st.sampled_from(sorted(made)))]()


@given(laws())
def test_patterns_are_probabilities_of_a_partition(chosen):
    law, n = chosen
    contexts = law.activity(n)
    assert sum(float(weight) for weight, _ in contexts) == pytest.approx(1, abs=EXACT)
    for _, sets in contexts:
        assert sorted(i for members, _, _ in sets for i in members) == list(range(n))
        for members, probabilities, masks in sets:
            assert isinstance(members, tuple) and all(type(i) is int for i in members)
            assert type(masks) is np.ndarray and masks.dtype == bool
            assert masks.shape == (len(probabilities), len(members))
            assert len(np.unique(masks, axis=0)) == len(masks)
            assert (np.asarray(probabilities) >= 0).all()
            assert probabilities.sum() == pytest.approx(1, abs=EXACT)


@given(laws())
def test_moments_and_groups_are_those_of_the_enumerated_patterns(probability_of_masks, chosen):
    law, n = chosen
    law = law.replace(amplitude="exponential")
    masks, p = probability_of_masks(law.activity(n), n)
    assert p.sum() == pytest.approx(1, abs=EXACT)
    density, both = p @ masks, (p[:, None] * masks).T @ masks
    np.testing.assert_allclose(law.density_per_feature(n), density, atol=EXACT)
    # an exponential number has mean 1 and second moment 2
    np.testing.assert_allclose(law.mean(n), density, atol=EXACT)
    np.testing.assert_allclose(law.variance(n), 2 * density - density**2, atol=EXACT)
    covariance = both + np.diag(density) - np.outer(density, density)
    np.testing.assert_allclose(law.covariance(n), covariance, atol=EXACT)
    groups = law.groups(n)
    assert sorted(i for g in groups for i in g) == list(range(n))
    product = np.ones(len(masks))
    for group in groups:
        same = (masks[:, None, group] == masks[None, :, group]).all(axis=2)
        product *= same @ p
    np.testing.assert_allclose(product, p, atol=EXACT)


@given(laws(), st.data())
def test_any_uniform_numbers_make_a_pattern_that_is_stated(chosen, data):
    law, n = chosen
    rows = law.n_uniforms(n)
    grid = st.integers(0, 2**24 - 1) | st.sampled_from([0, 1, 2**23, 2**24 - 1])
    words = data.draw(st.lists(grid, min_size=rows, max_size=rows))
    u = (np.array(words, np.float32) * np.float32(2**-24))[:, None]
    x = law.replace(amplitude="bernoulli").from_uniform(u, n)[:, 0]
    assert set(x.tolist()) <= {0.0, 1.0}
    possible = [
        all((masks == (x != 0)[list(members)]).all(axis=1).any() for members, _, masks in sets)
        for _, sets in law.activity(n)
    ]
    assert any(possible)
    value = law.from_uniform(u, n)
    # u/p may round up to 1, never below 0
    assert np.isfinite(value).all() and (value >= 0).all() and (value <= 1).all()


@given(probability, st.floats(-1, 1))
def test_the_scale_of_a_pairs_correlation(p, c):
    none, first, second, both = D.cooccurrence(density=p, correlation=c).activity(2)[0][1][0][1]
    assert first == second
    least, most = max(0.0, 2 * p - 1), p
    expected = p**2 + c * (most - p**2 if c >= 0 else p**2 - least)
    assert both == pytest.approx(expected, abs=EXACT)
    assert none == pytest.approx(1 - 2 * p + both, abs=EXACT)
    if c >= 0 and p < 0.999:
        pearson = (both - p**2) / (p * (1 - p))
        assert pearson == pytest.approx(c, abs=1e-6)


@pytest.mark.parametrize("p", [1e-3, 0.2, 0.5, 0.8, 1.0])
def test_the_ends_of_a_pairs_correlation(p):
    both = [
        D.cooccurrence(density=p, correlation=c).activity(2)[0].sets[0].probabilities[3]
        for c in (-1, 0, 1)
    ]
    np.testing.assert_allclose(both, [max(0, 2 * p - 1), p * p, p], atol=1e-15)


N = 4
SPARSE = {
    "sets of one": D.correlated(density=0.3, set_size=1),
    "uncorrelated pairs": D.cooccurrence(density=0.3),
    "one component": D.mixture(density=0.3, n_components=1),
    "blocks like their background": D.mixture(density=0.3, background=1.0),
    "one context": D.context(density=0.3, n_contexts=1),
}


@pytest.mark.parametrize("name", SPARSE)
def test_without_dependence_each_law_is_sparse_uniform_bit_by_bit(name):
    law = SPARSE[name]
    u = np.random.default_rng(1).random((law.n_uniforms(N), 5000), np.float32)
    expected = D.sparse_uniform(density=0.3).from_uniform(u[:N], N)
    assert np.array_equal(law.from_uniform(u, N), expected)
    np.testing.assert_allclose(law.covariance(N), 0.0775 * np.eye(N), atol=1e-15)


def test_known_covariances():
    # figures.md 3.5 for uniform amplitudes: sets all or none, and one of k
    inside = D.correlated(density=0.2, set_size=3).covariance(6)
    assert inside[0, 1] == pytest.approx(0.2 / 4 - 0.04 / 4)
    assert inside[0, 3] == pytest.approx(0, abs=1e-17)
    q, k = 0.6, 3
    one_of = D.anticorrelated(set_density=q, set_size=k)
    assert one_of.mean(k)[0] == pytest.approx(q / (2 * k))
    assert one_of.variance(k)[0] == pytest.approx(q / (3 * k) - q**2 / (4 * k**2))
    assert one_of.covariance(k)[0, 1] == pytest.approx(-(q**2) / (4 * k**2))


def test_densities_of_contexts_by_hand():
    shared = D.context(n_contexts=2, overlap=1, density=0.4, weights=3)
    np.testing.assert_allclose(shared.density_per_feature(3), [0.1, 0.3, 0.4])
    # two features of one context meet in that context only
    pair = D.context(density=0.4).replace(amplitude="bernoulli").covariance(4)
    np.testing.assert_allclose(pair[0, 1:], [0.5 * 0.16 - 0.04, -0.04, -0.04], atol=1e-15)


def with_number(law, field, value):
    """A copy with another number, which may be traced: nothing is checked."""
    moved = copy.copy(law)
    object.__setattr__(moved, field, value)
    return moved


@pytest.mark.parametrize(
    ("law", "field"),
    [
        (D.sparse_uniform(density=0.3, factor=0.5, factor_index=1), "density"),
        (D.correlated(density=0.3), "density"),
        (D.anticorrelated(set_density=0.3), "set_density"),
        (D.cooccurrence(density=0.3, correlation=-0.5), "correlation"),
        (D.mixture(density=0.3, background=0.2), "background"),
        (D.context(density=0.3, weights=2.0), "weights"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_traced_numbers_give_the_same_statements_and_derivatives(law, field):
    import jax

    from phasesim import pytree

    made = pytree.as_arrays(law, np.float32)
    pytree.register(made)

    def first_row(value, of):
        return with_number(of, field, value).covariance(N)[0].sum()

    @jax.jit
    def statements(law):
        slope = jax.grad(first_row)(getattr(law, field), law)
        return (law.activity(N), law.variance(N), law.covariance(N)), slope

    traced, slope = statements(made)
    plain = law.activity(N), law.variance(N), law.covariance(N)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), traced, plain)
    # against a central difference in float64
    middle = getattr(law, field)
    low, high = first_row(middle - 1e-4, law), first_row(middle + 1e-4, law)
    assert abs(high - low) > 1e-8
    assert float(slope) == pytest.approx((high - low) / 2e-4, rel=1e-3)
