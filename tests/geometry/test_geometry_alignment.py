"""Solutions that are equal up to rotation, reflection and order, and how far others are apart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import block_diag
from scipy.stats import ortho_group

from phasesim.errors import UsageError
from phasesim.geometry import POLYTOPES, align, canonical, solution_distance


def turn(m, seed):
    """A random rotation or reflection."""
    sign = 1.0 if seed % 2 else -1.0
    return ortho_group.rvs(m, random_state=seed) if m > 1 else np.array([[sign]])


def solutions():
    """Generic weights, with a dead column and a repeated one, and polytopes with symmetries."""
    sizes = st.tuples(st.integers(1, 4), st.integers(1, 8), st.integers(0, 2**16))

    def generic(size):
        m, n, seed = size
        W = np.random.default_rng(seed).normal(size=(m, n))
        W[:, 0] *= seed % 3
        W[:, -1] = W[:, n // 2]
        return W

    return st.one_of(sizes.map(generic), st.sampled_from([p.vertices for p in POLYTOPES.values()]))


@given(solutions(), st.integers(0, 2**16))
def test_equal_solutions_are_found_to_be(W, seed):
    order = np.random.default_rng(seed).permutation(W.shape[1])
    other = turn(len(W), seed) @ W[:, order]
    assert solution_distance(W, other) <= 1e-7
    found = align(W, other)
    np.testing.assert_allclose(found.W, other, atol=1e-7)
    np.testing.assert_allclose(found.rotation @ W[:, found.order], found.W, atol=1e-12)
    np.testing.assert_allclose(found.rotation @ found.rotation.T, np.eye(len(W)), atol=1e-12)
    assert sorted(found.order) == list(range(W.shape[1]))


@settings(max_examples=30)
@given(st.lists(st.sampled_from(list(POLYTOPES)), min_size=2, max_size=7), st.integers(0, 2**16))
def test_equal_sums_of_polytopes_are_found_to_be(names, seed):
    W = block_diag(*(POLYTOPES[name].vertices for name in names))
    order = np.random.default_rng(seed).permutation(W.shape[1])
    assert solution_distance(W, turn(len(W), seed) @ W[:, order], n_starts=0) <= 1e-6


@given(solutions(), st.integers(0, 2**16))
def test_turned_solutions_have_one_representative(W, seed):
    found = canonical(W)
    np.testing.assert_allclose(canonical(turn(len(W), seed) @ W), found, atol=1e-7)
    # it is a rotation of W, and its own representative
    np.testing.assert_allclose(found.T @ found, W.T @ W, atol=1e-12)
    np.testing.assert_allclose(canonical(found), found, atol=1e-12)
    assert solution_distance(W, found, permute=False) <= 1e-7


def nearest(A, B):
    """‖Q A - B‖ of the best Q by its closed form."""
    overlap = np.linalg.norm(B @ A.T, "nuc")
    return np.sqrt(max(np.sum(A * A) + np.sum(B * B) - 2 * overlap, 0))


@pytest.mark.parametrize(("m", "n"), [(1, 4), (2, 3), (2, 5), (3, 5), (4, 3)])
def test_distances_equal_those_over_all_orders(m, n):
    rng = np.random.default_rng(m * n)
    for W1, W2 in rng.normal(size=(8, 2, m, n)):
        best = min(nearest(W1[:, list(o)], W2) for o in itertools.permutations(range(n)))
        assert solution_distance(W1, W2) == pytest.approx(best, rel=1e-6)
        fixed = solution_distance(W1, W2, permute=False)
        assert fixed == pytest.approx(nearest(W1, W2), rel=1e-9)
        assert best <= fixed * (1 + 1e-12)
        assert fixed <= np.linalg.norm(W1 - W2) * (1 + 1e-12)


def test_a_search_comes_close_to_the_best_of_all_orders():
    """Seven features are more than all orders are tried for."""
    rng = np.random.default_rng(0)
    orders = np.array(list(itertools.permutations(range(7))))
    found, best = [], []
    for W1, W2 in rng.normal(size=(12, 2, 2, 7)):
        overlaps = np.linalg.svd(W2 @ W1.T[orders], compute_uv=False).sum(axis=1)
        squares = np.sum(W1 * W1) + np.sum(W2 * W2)
        best.append(np.sqrt(squares - 2 * overlaps.max()))
        found.append(float(solution_distance(W1, W2)))
    assert np.all(np.array(found) >= np.array(best) * (1 - 1e-12))
    # unrelated solutions are the hardest: a few per cent off at worst, and rarely
    assert np.isclose(found, best, rtol=1e-9).sum() >= 10
    np.testing.assert_allclose(found, best, rtol=0.05)


def test_the_distance_is_that_of_a_perturbation():
    W = POLYTOPES["pentagon"].vertices
    rng = np.random.default_rng(0)
    for seed, size in enumerate((1e-6, 1e-3, 0.1)):
        noise = rng.normal(size=W.shape)
        noise *= size / np.linalg.norm(noise)
        other = turn(2, seed) @ (W + noise)[:, rng.permutation(5)]
        found = solution_distance(W, other)
        # a part of the noise is itself a rotation
        assert 0.3 * size < found <= size * (1 + 1e-9)


def test_the_distance_is_a_distance():
    W = np.random.default_rng(0).normal(size=(6, 2, 4))
    d = solution_distance(W[:, None], W[None])
    assert d.shape == (6, 6)
    np.testing.assert_array_equal(d, d.T)
    np.testing.assert_allclose(np.diagonal(d), 0, atol=1e-12)
    assert np.all(d[:, :, None] <= d[:, None, :] + d.T[None, :, :] + 1e-9)
    np.testing.assert_allclose(solution_distance(3 * W[0], 3 * W[1]), 3 * d[0, 1], rtol=1e-9)


def test_reflections_and_orders_can_be_told_apart():
    """A chain of three lengths and its mirror image are one solution, its reordering another."""
    W = np.array([[1.0, 0.5, 0.0], [0.0, 0.5, 2.0]])
    mirrored, moved = W * [[1.0], [-1.0]], W[:, [2, 0, 1]]
    assert solution_distance(W, mirrored, permute=False) <= 1e-9
    assert solution_distance(W, moved) <= 1e-9
    assert solution_distance(W, moved, permute=False) > 0.5
    np.testing.assert_array_equal(align(moved, W).order, [1, 2, 0])
    # one sign alone is no symmetry
    assert solution_distance(W, W * [1.0, -1.0, 1.0]) > 0.5


def test_stacks_are_aligned_one_by_one():
    W = np.random.default_rng(1).normal(size=(2, 3, 2, 4))
    W[1, 2, 0, 0] = np.nan
    found = align(W, W[0, 0])
    assert found.W.shape == W.shape and found.rotation.shape == (2, 3, 2, 2)
    assert found.order.shape == (2, 3, 4) and found.distance.shape == (2, 3)
    assert np.isnan(found.W[1, 2]).all() and np.isnan(found.distance[1, 2])
    for at in ((0, 0), (0, 2), (1, 1)):
        alone = align(W[at], W[0, 0])
        np.testing.assert_array_equal(found.W[at], alone.W)
        expected = np.linalg.norm(found.W[at] - W[0, 0])
        assert found.distance[at] == pytest.approx(expected, rel=1e-12, abs=1e-12)
    turned = canonical(W)
    assert np.isnan(turned[1, 2]).all()
    for at in ((0, 0), (1, 1)):
        np.testing.assert_allclose(turned[at], canonical(W[at]), atol=1e-14)


def test_the_representative_follows_its_first_features():
    W = turn(3, 1) @ np.array([[2.0, 1.0, 0.3], [0.0, 1.0, -0.4], [0.0, 0.0, 0.0]])
    expected = [[2.0, 1.0, 0.3], [0.0, 1.0, -0.4], [0.0, 0.0, 0.0]]
    np.testing.assert_allclose(canonical(W), expected, atol=1e-12)
    # a short first column does not decide
    short = np.hstack([turn(3, 2) @ W[:, 2:] * 0.1, W])
    np.testing.assert_allclose(canonical(short)[:, 1:], expected, atol=1e-12)
    np.testing.assert_array_equal(canonical(np.zeros((2, 3))), np.zeros((2, 3)))


def test_small_changes_move_the_representative_a_little():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(200, 3, 6))
    moved = canonical(W + 1e-7 * rng.normal(size=W.shape)) - canonical(W)
    assert np.median(np.abs(moved)) < 1e-6


@pytest.mark.filterwarnings("error")
def test_huge_weights_give_no_warning():
    W = np.array([[1e300, 1.0], [0.0, 1e300]])
    np.testing.assert_allclose(align(W, -W).W, -W, atol=1e290)
    assert np.isnan(align(np.full((2, 2), np.inf), W).distance)
    assert canonical(W).shape == (2, 2)


def test_shapes_have_to_agree():
    with pytest.raises(UsageError, match=r"to: found \(2, 4\) .* expected \(2, 3\)"):
        align(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(UsageError, match=r"to: found shape \(3, 2, 3\), which does not go with"):
        solution_distance(np.ones((2, 2, 3)), np.ones((3, 2, 3)))
