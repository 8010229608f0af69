"""Metrics on constructions whose values are known, and what they do not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.stats import ortho_group

from phasesim.metrics import (
    dimensionality,
    dimensions_per_feature,
    feature_norm,
    max_cosine,
    phase,
    signed_gram,
    superposition,
)
from phasesim.metrics._phases import Phase


def polygon(k):
    angle = 2 * np.pi * np.arange(k) / k
    return np.stack([np.cos(angle), np.sin(angle)])


def simplex(d):
    """d + 1 unit vectors in d dimensions with equal angles."""
    centred = np.eye(d + 1) - 1 / (d + 1)
    basis = np.linalg.svd(centred)[2][:d]
    W = basis @ centred
    return W / np.linalg.norm(W, axis=0)


def square_antiprism():
    """Eight unit vectors; at height 1/√3 they form a tight frame."""
    z = 1 / np.sqrt(3)
    angle = np.pi / 4 * np.arange(8)
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z * (-1.0) ** np.arange(8)])


DIGON = np.array([[1.0, -1.0]])
POLYTOPES = {
    "dedicated": (np.eye(3), [1.0] * 3),
    "digon": (DIGON, [1 / 2] * 2),
    "triangle": (polygon(3), [2 / 3] * 3),
    "square": (polygon(4), [1 / 2] * 4),
    "pentagon": (polygon(5), [2 / 5] * 5),
    "hexagon": (polygon(6), [1 / 3] * 6),
    "tetrahedron": (simplex(3), [3 / 4] * 4),
    "5-cell": (simplex(4), [4 / 5] * 5),
    "octahedron": (block_diag(DIGON, DIGON, DIGON), [1 / 2] * 6),
    "square antiprism": (square_antiprism(), [3 / 8] * 8),
    "triangular bipyramid": (block_diag(polygon(3), DIGON), [2 / 3] * 3 + [1 / 2] * 2),
    "pentagonal bipyramid": (block_diag(polygon(5), DIGON), [2 / 5] * 5 + [1 / 2] * 2),
    "triangle and ignored": (np.hstack([polygon(3), np.zeros((2, 2))]), [2 / 3] * 3 + [0] * 2),
}


@pytest.mark.parametrize("name", POLYTOPES)
@pytest.mark.parametrize("norm", [1.0, 1.3])
def test_dimensionality_of_polytopes_is_d_over_k(name, norm):
    W, expected = POLYTOPES[name]
    np.testing.assert_allclose(dimensionality(norm * W), expected, atol=1e-12)
    # tight frames in orthogonal blocks fill their space
    assert dimensionality(W).sum() == pytest.approx(W.shape[0], abs=1e-12)
    if name != "triangle and ignored":
        assert dimensions_per_feature(W) == pytest.approx(W.shape[0] / W.shape[1], abs=1e-12)


def test_dimensionality_is_capacity():
    W = np.random.default_rng(0).normal(size=(50, 3, 6))
    G2 = signed_gram(W) ** 2
    capacity = np.diagonal(G2, axis1=1, axis2=2) / G2.sum(axis=2)
    np.testing.assert_allclose(dimensionality(W), capacity, rtol=1e-12)


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_dimensionalities_sum_to_at_most_the_rank(rank):
    rng = np.random.default_rng(rank)
    W = rng.normal(size=(300, 4, rank)) @ rng.normal(size=(300, rank, 9))
    total = dimensionality(W).sum(axis=-1)
    assert np.all(total <= rank + 1e-12)
    # by way of the leverage scores, whose sum is the rank
    leverage = np.einsum("...ki,...kl,...li->...i", W, np.linalg.pinv(W @ W.mT, rcond=1e-9), W)
    assert np.all(dimensionality(W) <= leverage + 1e-9)


def test_rotating_hidden_space_changes_nothing():
    W = np.random.default_rng(5).normal(size=(20, 4, 7))
    Q = ortho_group.rvs(4, size=20, random_state=5)
    for metric in (feature_norm, superposition, dimensionality, signed_gram, max_cosine):
        np.testing.assert_allclose(metric(Q @ W), metric(W), atol=1e-12)
    np.testing.assert_array_equal(phase(Q @ W), phase(W))


def test_permuting_features_permutes_the_result():
    W = np.random.default_rng(6).normal(size=(20, 3, 7))
    W[:, :, 2] = -W[:, :, 0]
    W[:, :, 3] *= 0.05
    order = np.random.default_rng(7).permutation(7)
    for metric in (feature_norm, superposition, dimensionality, max_cosine):
        np.testing.assert_allclose(metric(W[..., order]), metric(W)[..., order], atol=1e-13)
    np.testing.assert_array_equal(phase(W[..., order]), phase(W)[..., order])
    np.testing.assert_allclose(
        signed_gram(W[..., order]), signed_gram(W)[..., order[:, None], order]
    )


@pytest.mark.parametrize(
    ("W", "expected"),
    [
        ([[1, -1]], "SUPERPOSED SUPERPOSED"),
        ([[0.7, 0.7]], "SAME_DIRECTION SAME_DIRECTION"),
        ([[1, 0]], "DEDICATED IGNORED"),
        ([[1, -0.3]], "DEDICATED IGNORED"),
        ([[1, -0.499]], "DEDICATED IGNORED"),
        ([[1, -0.501]], "SUPERPOSED SUPERPOSED"),
        ([[1, 0], [0, 1]], "DEDICATED DEDICATED"),
        # cos = -0.49 and -0.51: s on either side of 1/4
        ([[1, -0.49], [0, 0.8717]], "DEDICATED DEDICATED"),
        ([[1, -0.51], [0, 0.8602]], "SUPERPOSED SUPERPOSED"),
        # one hidden dimension: all |cos| are 1, the stronger overlap is the partner
        ([[1, -1, 0.6]], "SUPERPOSED SUPERPOSED SUPERPOSED"),
        ([[1, -0.6, 0.9]], "SAME_DIRECTION SUPERPOSED SAME_DIRECTION"),
        # equal overlaps of both signs count as the pair that a ReLU can separate
        ([[1, 1, -1]], "SUPERPOSED SUPERPOSED SUPERPOSED"),
    ],
)
def test_phase_rule(W, expected):
    assert [Phase(code).name for code in phase(W)] == expected.split()


@pytest.mark.parametrize("length", [0.0, 1e-9, 1e-3, 0.09])
def test_a_dead_column_is_nobodys_partner(length):
    """A triangle and a dead column that happens to lie along its first vertex."""
    triangle = polygon(3)
    W = np.hstack([triangle, length * triangle[:, :1]])
    np.testing.assert_allclose(max_cosine(W)[:3], -0.5, atol=1e-12)
    np.testing.assert_array_equal(phase(W), [2, 2, 2, 0])


def test_phase_labels_follow_the_contract():
    assert [p.label for p in Phase if p >= 0] == [
        "ignored",
        "dedicated",
        "superposed",
        "same_direction",
    ]
    assert Phase.UNDEFINED == -1
