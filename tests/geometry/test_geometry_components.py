"""Components against a search by hand, and what they do not depend on."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from scipy.stats import ortho_group

from phasesim.errors import UsageError
from phasesim.geometry import components as _exported
from phasesim.geometry import tegum_factors
from phasesim.geometry.components import components
from phasesim.metrics import (
    component,
    component_dim,
    component_residual,
    component_size,
    dimensionality,
)

FIELDS = ("index", "size", "dim", "residual")


def by_hand(W, threshold):
    """Sets of features joined by overlaps, by a walk from each one not yet seen."""
    n = W.shape[1]
    alive = [i for i in range(n) if np.sqrt(W[:, i] @ W[:, i]) >= 0.5]
    found, seen = [], set()
    for i in alive:
        if i in seen:
            continue
        reached, open_ends = {i}, [i]
        while open_ends:
            at = open_ends.pop()
            near = {j for j in alive if j not in reached and abs(W[:, at] @ W[:, j]) > threshold}
            reached |= near
            open_ends += near
        seen |= reached
        found.append(sorted(reached))
    return found


def tight_frame_residual(V, tolerance):
    """d and ‖V Vᵀ - c P‖ / ‖c P‖ from the eigenvectors of V Vᵀ."""
    values, vectors = np.linalg.eigh(V @ V.T)
    basis = vectors[:, np.sqrt(np.maximum(values, 0) / values.max()) > tolerance]
    inside = basis.T @ V
    d, k = inside.shape
    c = k / d * np.mean(np.sum(inside**2, axis=0))
    return d, np.linalg.norm(inside @ inside.T - c * np.eye(d)) / np.linalg.norm(c * np.eye(d))


def models():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(40, 5, 9)) * rng.choice([0.05, 0.4, 1.0], size=(40, 1, 9))
    # with exact zeros there are small components too
    return W * (rng.random(size=W.shape) < 0.4)


@pytest.mark.parametrize("threshold", [0.05, 0.2, 0.6])
def test_components_equal_a_walk(threshold):
    W = models()
    found = components(W, threshold=threshold)
    sizes = []
    for at, w in enumerate(W):
        expected = {name: [0.0] * 9 for name in FIELDS}
        expected["index"], expected["residual"] = [-1.0] * 9, [np.nan] * 9
        for number, members in enumerate(by_hand(w, threshold)):
            d, residual = tight_frame_residual(w[:, members], 0.2)
            sizes.append(len(members))
            for i in members:
                row = {"index": number, "size": len(members), "dim": d, "residual": residual}
                for name, value in row.items():
                    expected[name][i] = value
        for name in FIELDS:
            np.testing.assert_allclose(getattr(found, name)[at], expected[name], atol=1e-7)
    assert {1, 2, 3, 4} <= set(sizes)


def test_factors_are_the_components_of_a_walk():
    for w in models():
        found = tegum_factors(w, threshold=0.3)
        assert [list(f.members) for f in found] == by_hand(w, 0.3)
        assert [f.k for f in found] == [len(f.members) for f in found]
        np.testing.assert_array_equal(
            [f.d for f in found],
            [components(w, threshold=0.3).dim[f.members[0]] for f in found],
        )


def test_the_metrics_are_the_fields():
    W = models().reshape(4, 10, 5, 9)
    found = components(W)
    metrics = (component, component_size, component_dim, component_residual)
    for metric, name in zip(metrics, FIELDS, strict=True):
        np.testing.assert_array_equal(metric(W), getattr(found, name))
    assert _exported is components


def test_gram_matrices_are_held_a_few_at_a_time(monkeypatch):
    W = models()
    whole = components(W)
    # its function has the name of the module
    module = importlib.import_module("phasesim.geometry.components")
    monkeypatch.setattr(module, "_MOST_ENTRIES", 200)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(components(W), name), getattr(whole, name))


def test_rotations_change_nothing_and_permutations_permute():
    W = models()
    found = components(W)
    turned = components(ortho_group.rvs(5, size=len(W), random_state=0) @ W)
    order = np.random.default_rng(1).permutation(9)
    moved = components(W[..., order])
    for name in FIELDS:
        np.testing.assert_allclose(getattr(turned, name), getattr(found, name), atol=1e-7)
        if name != "index":
            expected = getattr(found, name)[..., order]
            np.testing.assert_allclose(getattr(moved, name), expected, atol=1e-7)
    # numbers are given anew, but the same features are together
    same = found.index[:, order, None] == found.index[:, None, order]
    np.testing.assert_array_equal(moved.index[:, :, None] == moved.index[:, None, :], same)


def test_lengths_matter_through_overlaps_only():
    W = models()
    # none of which is ignored at one length and not at the other
    length = np.linalg.norm(W, axis=1, keepdims=True)
    W = np.where(length > 0, W / np.maximum(length, 1e-9), 0) * (1 + length)
    found, larger = components(W, threshold=0.2), components(4 * W, threshold=16 * 0.2)
    for name in ("size", "dim", "residual"):
        np.testing.assert_allclose(getattr(larger, name), getattr(found, name), atol=1e-12)


def test_an_overlap_of_the_threshold_does_not_join():
    W = np.array([[1.0, 0.25], [0.0, 1.0]])
    assert components(W, threshold=0.25).size.tolist() == [1, 1]
    assert components(W, threshold=0.25 - 1e-9).size.tolist() == [2, 2]
    assert components([[1.0, 0.5]], threshold=0.1).size.tolist() == [2, 2]
    assert components([[1.0, 0.49]], threshold=0.1).size.tolist() == [1, 0]


def test_dimensionality_is_d_over_k_in_a_tight_component():
    turn = 2 * np.pi * np.arange(5) / 5
    W = np.zeros((4, 8))
    W[:2, :5], W[2, 5:7], W[3, 7] = [np.cos(turn), np.sin(turn)], [1, -1], 1
    found = components(W)
    np.testing.assert_allclose(found.residual, 0, atol=1e-14)
    np.testing.assert_allclose(dimensionality(W), found.dim / found.size, atol=1e-14)


def test_undefined_models_and_wrong_input():
    W = models()[:3].copy()
    W[1, 0, 0] = np.nan
    found = components(W)
    for name in FIELDS:
        assert np.isnan(getattr(found, name)[1]).all()
        for at in (0, 2):
            alone = getattr(components(W[at]), name)
            np.testing.assert_array_equal(getattr(found, name)[at], alone)
    assert components(np.zeros((2, 3))).size.tolist() == [0, 0, 0]
    with pytest.raises(UsageError, match="expected \\(\\.\\.\\., n_hidden, n_features\\)"):
        components([1.0, 2.0])
