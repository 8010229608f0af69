"""Polytopes: what they are, that they are recognised, and that random vectors are not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import block_diag
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import pdist
from scipy.stats import ortho_group

from phasesim.errors import UsageError
from phasesim.geometry import (
    POLYTOPES,
    components,
    polytope_label,
    polytope_labels,
    polytopes_of,
    tegum_factors,
)
from phasesim.geometry._matching import matching
from phasesim.geometry.components import RANK_TOLERANCE, rank_and_residual
from phasesim.metrics import dimensionality

#: fractions of a dimension, by vertex where they differ
FRACTIONS = {
    "dedicated": 1, "digon": 1 / 2, "triangle": 2 / 3, "tetrahedron": 3 / 4, "5-cell": 4 / 5,
    "square": 1 / 2, "octahedron": 1 / 2, "pentagon": 2 / 5, "square antiprism": 3 / 8,
    "hexagon": 1 / 3, "heptagon": 2 / 7, "cube": 3 / 8, "icosahedron": 1 / 4,
    "aligned pair": 1 / 2, "triangular bipyramid": [2 / 3] * 3 + [1 / 2] * 2,
    "pentagonal bipyramid": [2 / 5] * 5 + [1 / 2] * 2,
}  # fmt: skip
#: those that fall into orthogonal parts
SUMS = {
    "square": ["digon"] * 2,
    "octahedron": ["digon"] * 3,
    "triangular bipyramid": ["triangle", "digon"],
    "pentagonal bipyramid": ["pentagon", "digon"],
}
WHOLE = [name for name in POLYTOPES if name not in SUMS]


def embedded(parts, m, seed, noise=0.0):
    """Polytopes in orthogonal subspaces of m dimensions, turned at random; (W, owner)."""
    rng = np.random.default_rng(seed)
    W = block_diag(*(POLYTOPES[name].vertices for name in parts))
    owner = np.repeat(np.arange(len(parts)), [POLYTOPES[name].k for name in parts])
    W = np.vstack([W, np.zeros((m - len(W), W.shape[1]))])
    order = rng.permutation(W.shape[1])
    turn = ortho_group.rvs(m, random_state=seed) if m > 1 else np.ones((1, 1))
    W = turn @ W + noise * rng.normal(size=W.shape) / np.sqrt(m)
    return W[:, order], owner[order]


@pytest.mark.parametrize("name", POLYTOPES)
def test_polytopes_have_the_fractions_of_the_paper(name):
    polytope = POLYTOPES[name]
    np.testing.assert_allclose(np.linalg.norm(polytope.vertices, axis=0), 1, atol=1e-14)
    assert np.linalg.matrix_rank(polytope.vertices) == polytope.d
    D = dimensionality(polytope.vertices)
    np.testing.assert_allclose(D, np.broadcast_to(FRACTIONS[name], polytope.k), atol=1e-13)
    assert D.sum() == pytest.approx(polytope.d, abs=1e-12)
    rank, residual = rank_and_residual(polytope.vertices[None], RANK_TOLERANCE)
    assert rank[0] == polytope.d
    # a bipyramid is not one tight frame, but two
    assert (residual[0] < 1e-13) == ("bipyramid" not in name)


def test_every_polytope_is_tested():
    assert set(FRACTIONS) == set(POLYTOPES)


def antiprism_of_charges():
    """Height at which eight charges on the sphere have the least energy: cos 55.9°."""
    V = POLYTOPES["square antiprism"].vertices

    def energy(z):
        points = np.vstack([np.sqrt(1.5 * (1 - z * z)) * V[:2], z * np.sqrt(3) * V[2:]])
        return np.sum(1 / pdist(points.T))

    return minimize_scalar(energy, bounds=(0.4, 0.7), options={"xatol": 1e-9}).x


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        (1 / np.sqrt(3), 0.375),
        (antiprism_of_charges(), 0.37438),
        # all edges equal: the best code of eight points
        ((1 + 2 * np.sqrt(2)) ** -0.5, 0.3664),
    ],
)
def test_the_antiprism_fills_its_space_at_one_height_only(z, expected):
    V = POLYTOPES["square antiprism"].vertices.copy()
    V[2] *= z / np.abs(V[2])
    V[:2] *= np.sqrt(1 - z * z) / np.linalg.norm(V[:2], axis=0)
    decimals = len(str(expected)) - 2
    np.testing.assert_array_equal(dimensionality(V).round(decimals), expected)
    residual = rank_and_residual(V[None], RANK_TOLERANCE)[1][0]
    # eigenvalues 8z², and twice 4(1 - z²), over their mean 8/3
    apart = np.array([8 * z * z, 4 * (1 - z * z), 4 * (1 - z * z)]) / (8 / 3) - 1
    assert residual == pytest.approx(np.sqrt(np.mean(apart**2)), abs=1e-12)


@pytest.mark.parametrize("name", POLYTOPES)
@pytest.mark.parametrize(("extra", "noise"), [(0, 0.0), (0, 0.03), (2, 0.03)])
def test_a_polytope_is_known_in_any_place_order_and_length(name, extra, noise):
    for seed in range(4):
        W = embedded([name], POLYTOPES[name].d + extra, seed, noise)[0]
        lengths = np.random.default_rng(seed).uniform(0.95, 1.05, W.shape[1])
        assert polytope_label(3 * W * lengths) == name


def test_families_go_on_where_the_table_ends():
    angle = 2 * np.pi * np.arange(9) / 9
    assert polytope_label([np.cos(4 * angle), np.sin(4 * angle)]) == "9-gon"
    assert polytope_label(np.eye(8) - 1 / 8) == "7-simplex"
    assert polytopes_of(9, 3) == ()


@pytest.mark.parametrize("name", SUMS)
def test_tegum_sums_are_taken_apart(name):
    W = embedded([name], POLYTOPES[name].d + 1, 0)[0]
    assert sorted(f.label for f in tegum_factors(W)) == sorted(SUMS[name])
    # one part at a time is its own whole again
    for factor in tegum_factors(W):
        assert polytope_label(W[:, factor.members]) == factor.label


parts = st.lists(st.sampled_from(WHOLE), min_size=1, max_size=5)


@given(parts, st.integers(0, 3), st.integers(0, 2**16), st.sampled_from([0.0, 0.03]))
def test_products_of_polytopes_come_apart_into_them(parts, spare, seed, noise):
    m = sum(POLYTOPES[name].d for name in parts) + spare
    W, owner = embedded(parts, m, seed, noise)
    dead = np.random.default_rng(seed).normal(size=(m, 2)) * 0.1 / np.sqrt(m)
    found = tegum_factors(np.hstack([W, dead]))
    expected = {
        tuple(np.flatnonzero(owner == i).tolist()): (p.k, p.d, p.name)
        for i, p in enumerate(POLYTOPES[name] for name in parts)
    }
    assert {f.members: (f.k, f.d, f.label) for f in found} == expected
    assert max(f.residual for f in found) <= (1e-7 if noise == 0 else 0.15)
    labels = polytope_labels(np.hstack([W, dead]))
    assert labels.tolist() == [parts[i] for i in owner] + ["ignored"] * 2


def test_labels_of_many_models_are_those_of_each():
    rng = np.random.default_rng(0)
    W = np.stack([embedded(["triangle", "digon", "digon"], 5, seed)[0] for seed in range(6)])
    W = np.concatenate([W, rng.normal(size=(6, 5, 7))]).reshape(3, 4, 5, 7)
    W[2, 3, 0, 0] = np.inf
    W[2, 2] = 0.0
    found = polytope_labels(W)
    assert found.shape == (3, 4, 7)
    for at in np.ndindex(3, 4):
        expected = ["undefined" if at == (2, 3) else "ignored"] * 7
        for factor in tegum_factors(W[at]):
            for i in factor.members:
                expected[i] = factor.label
        assert found[at].tolist() == expected
    assert (found[0] != "other").all()
    assert tegum_factors(W[2, 3]) == tegum_factors(W[2, 2]) == []


@pytest.mark.parametrize(("k", "d"), [(4, 2), (5, 2), (4, 3), (6, 3), (8, 3), (5, 4)])
def test_random_directions_are_no_polytope(k, d):
    W = np.random.default_rng(k).normal(size=(400, d, k))
    assert sum(polytope_label(w) != "other" for w in W) <= 3


def test_random_directions_are_a_triangle_as_often_as_they_should():
    """All three gaps between 107.5° and 134.4°: a hexagon in the simplex of gaps."""
    W = np.random.default_rng(0).normal(size=(8000, 2, 3))
    W /= np.linalg.norm(W, axis=1, keepdims=True)
    found = (polytope_labels(W) == "triangle").all(axis=1).sum()
    low, high = np.degrees(np.arccos([-0.3, -0.7])) - 120
    # the square of two gaps without the corners where the third is out of range
    area = (high - low) ** 2 - (2 * high + low) ** 2 / 2 - (2 * low + high) ** 2 / 2
    expected = len(W) * area / (360**2 / 2)
    assert found == pytest.approx(expected, abs=4 * np.sqrt(expected))


@pytest.mark.parametrize("m", [2, 3, 5, 12])
def test_random_models_hold_no_polytopes(m):
    rng = np.random.default_rng(m)
    W = rng.normal(size=(60, m, 2 * m + 1)) / np.sqrt(m)
    labels = polytope_labels(W)
    size = components(W).size
    assert (size >= 3).sum() > 100
    assert np.isin(labels[size >= 3], "other").mean() > 0.99


@pytest.mark.parametrize(("k", "d"), [(3, 3), (6, 3), (20, 5)])
def test_the_residual_of_random_directions(k, d):
    """E residual² = (d - 1)/k for independent unit vectors where all d dimensions count."""
    W = np.random.default_rng(0).normal(size=(20_000, d, k))
    W /= np.linalg.norm(W, axis=1, keepdims=True)
    squares = rank_and_residual(W, 0.0)[1] ** 2
    error = squares.std() / np.sqrt(len(W))
    assert squares.mean() == pytest.approx((d - 1) / k, abs=4 * error)


@pytest.mark.parametrize("stretch", [1.0, 1.1, 3.0])
def test_a_stretched_polytope_is_not_tight(stretch):
    W = np.diag([stretch, 1.0]) @ POLYTOPES["pentagon"].vertices
    factor = tegum_factors(W)[0]
    high, low = stretch**2, 1.0
    assert factor.residual == pytest.approx((high - low) / (high + low), abs=1e-12)
    assert factor.label == ("pentagon" if stretch < 2 else "other")


def test_a_pair_at_a_right_angle_is_no_digon():
    turn = np.radians([0, 180 - 21, 180 - 24])
    W = np.stack([np.cos(turn), np.sin(turn)])
    assert polytope_label(W[:, [0, 1]]) == "digon"
    assert polytope_label(W[:, [0, 2]]) == "other"
    assert polytope_label(np.eye(2)) == "other"
    assert polytope_label([[1.0, np.nan]]) == "other"


@given(st.integers(1, 5), st.integers(0, 2**16), st.floats(0.05, 1.5))
def test_matching_finds_an_order_where_there_is_one(k, seed, tolerance):
    rng = np.random.default_rng(seed)
    A, B = rng.normal(size=(2, 3, k))
    B = A[:, rng.permutation(k)] + 0.3 * B
    found, wanted = A.T @ A, B.T @ B
    apart = [np.abs(found[np.ix_(o, o)] - wanted).max()
             for o in map(list, itertools.permutations(range(k)))]  # fmt: skip
    order = matching(found, wanted, tolerance)
    assert (order is not None) == (min(apart) <= tolerance)
    if order is not None:
        assert sorted(order) == list(range(k))
        assert np.abs(found[np.ix_(order, order)] - wanted).max() <= tolerance


def test_a_hopeless_search_ends():
    # all entries agree but one: every order fails at its last step
    wanted = np.eye(30)
    wanted[-1, -2] = wanted[-2, -1] = 1.0
    assert matching(np.eye(30), wanted, 0.1) is None


def test_one_model_at_a_time():
    with pytest.raises(UsageError, match=r"found shape \(2, 3, 4\), expected one model"):
        tegum_factors(np.ones((2, 3, 4)))
    with pytest.raises(UsageError, match="expected one model"):
        polytope_label(np.ones((2, 3, 4)))
