"""What figures assert holds for models built by hand as the literature has them, and only so."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import block_diag

import phasesim as ps
from phasesim.plot import checks
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status
from phasesim.theory import polytope

MODELS = ps.values("model", ["relu_output", "linear"])


def built(axes, W, *, b=None, loss=None, start=None, **fields):
    """A result of given weights (*axes, seed, m, n)."""
    W = np.asarray(W, np.float32)
    (*_, seeds, m, n), lead = W.shape, W.shape[:-2]
    sweep = ps.Sweep(ps.Experiment(n_features=n, n_hidden=m, **fields), axes=axes, n_seeds=seeds)
    arrays = {
        "W": W,
        "b": np.zeros((*lead, n), np.float32) if b is None else b,
        "loss": np.ones(lead) if loss is None else loss,
        "status": np.full(lead, Status.ok),
    }
    own = {"W": ("hidden", "feature"), "b": ("feature",)}
    if start is not None:
        arrays["W_snapshot"], arrays["b_snapshot"] = (
            start[..., None, :, :],
            arrays["b"][..., None, :],
        )
        own |= {"W_snapshot": ("step", "hidden", "feature"), "b_snapshot": ("step", "feature")}
    names = (*(a.path for a in axes), "seed")
    return Result(sweep, Arrays(arrays, {k: names + own.get(k, ()) for k in arrays}, {}))


def verdicts(rows):
    return [row["passed"] for row in rows], [row["control"]["passed"] for row in rows]


def corners(*lengths):
    """Columns of those lengths at equal angles, the rest 0: five features in the plane."""
    angle = 2 * np.pi * np.arange(len(lengths)) / len(lengths)
    return np.pad(
        np.stack([np.cos(angle), np.sin(angle)]) * lengths, ((0, 0), (0, 5 - len(lengths)))
    )


def test_two_features_then_two_pairs_then_a_pentagon():
    density = [1.0, 0.5, 0.2, 0.14, 0.1, 0.05]
    two = np.eye(2, 5)
    pairs, pentagon = corners(1, 1, 1, 1), corners(*[1.1] * 5)
    kinds = [
        [two, pairs, pairs, pairs, pairs, pairs],
        [two, pairs, pentagon, pentagon, pentagon, pentagon],
    ]
    W = np.stack([np.stack(kinds, axis=1), np.broadcast_to(two, (6, 2, 2, 5))])
    loss = np.stack(
        [np.stack([[1, 1, 1, 1.2, 1.4, 2.0], [1, 1, 1.5, 1.1, 1.0, 0.9]], axis=1), np.ones((6, 2))]
    )
    axes = (MODELS, ps.values("distribution.density", density))
    made = built(axes, W, loss=loss, importance={"name": "geometric", "base": 0.9})
    assert verdicts(checks.pentagon(made)) == ([True] * 6, [False] * 6)
    bent = W.copy()
    bent[0, 4:, 1] = corners(1.1, 1.1, 1.1, 1.1, 0.7)
    rows = checks.pentagon(built(axes, bent, loss=loss, importance={"name": "geometric"}))
    assert [row["passed"] for row in rows] == [True, True, False, False, True, True]


def test_superposition_begins_in_pairs_of_the_least_important():
    density = [1.0, 0.7, 0.45, 0.1]
    two, triangle = np.eye(2, 6), np.zeros((2, 6))
    triangle[:, :3] = polytope("triangle")
    pair, pairs = np.zeros((2, 6)), np.zeros((2, 6))
    pair[:, :3] = [[1, 0, 0], [0, 1, -1]]
    pairs[:, :4] = [[1, -1, 0, 0], [0, 0, 1, -1]]
    W = np.stack([np.stack([two, triangle, pair, pairs]), np.broadcast_to(two, (4, 2, 6))])
    axes = (MODELS, ps.values("distribution.density", density))

    def begins(W):
        made = built(axes, W[:, :, None], importance={"name": "geometric"})
        (row,) = (r for r in checks.basics(made) if "partner" in r["quantity"])
        return row

    row = begins(W)
    assert row["passed"] and row["measured"] == [1.5, -1.0] and "p = 0.45" in row["quantity"]
    assert not row["control"]["passed"] and row["control"]["measured"] == [-1.5, -1.0]
    # the most important ones share a direction, or three features at angles of 120 degrees
    for wrong in (pair[:, [1, 2, 0, 3, 4, 5]], triangle):
        changed = W.copy()
        changed[0, 2] = wrong
        assert not begins(changed)["passed"]


def test_components_are_polytopes_apart_from_each_other():
    triangles = block_diag(*[polytope("triangle")] * 3)
    mixed = block_diag(
        polytope("pentagon"), polytope("pentagon"), polytope("digon"), polytope("digon")
    )
    W = np.zeros((2, 1, 6, 16))
    W[0, 0, :, :9], W[1, 0, :, :14] = triangles, mixed
    made = built([ps.values("distribution.density", [0.6, 0.2])], W)
    assert verdicts(checks.polytopes(made)) == ([True] * 4, [False] * 4)
    noise = np.random.default_rng(0).normal(0, 0.15, W.shape)
    rows = checks.polytopes(built([ps.values("distribution.density", [0.6, 0.2])], W + noise))
    assert not any(row["passed"] for row in rows)


def test_accidents_need_an_l1_term_and_no_dropout():
    n, sizes, seeds = 16, [16, 64, 256], 40
    axes = (
        ps.values("regularizers.hidden_l1.coefficient", [0.1, 0.0]),
        ps.values("regularizers.dropout.rate", [0.0, 0.2]),
        ps.values("n_hidden", sizes),
    )
    W = np.zeros((2, 2, 3, seeds, max(sizes), n))
    for k, m in enumerate(sizes):
        W[:, :, k, :, m:] = np.nan
        expected = n**2 / (4 * m)
        for seed in range(seeds):
            # as many neurons of two features as expected, on average
            for neuron in range(int(expected) + (seed < (expected % 1) * seeds)):
                W[0, 0, k, seed, neuron, 2 * neuron : 2 * neuron + 2] = 1, -1
    made = built(axes, W, distribution={"name": "anticorrelated", "set_size": n, "density": 1 / n})
    rows = checks.incidental(made)
    assert verdicts(rows) == ([True] * 5, [False] * 5)
    assert rows[0]["quantity"].endswith("m ≥ 4n: L1 0.1, dropout 0")
    assert [row["quantity"] for row in rows[2:]] == [
        f"largest mean count: {way}" for way in
        ("L1 0.1, dropout 0.2", "L1 0, dropout 0", "L1 0, dropout 0.2")
    ]  # fmt: skip


@pytest.mark.parametrize(("ordinary", "expected"), [("pair", True), ("extra", False)])
def test_the_extra_feature_that_matters_more_is_never_shared(ordinary, expected):
    density, ratio = [0.7, 0.1, 0.05], [0.5, 1.0, 3.0]
    dedicated = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    shared = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    W = np.zeros((3, 3, 1, 2, 3))
    W[:, 0, 0] = shared
    W[:, 1:, 0] = dedicated if ordinary == "pair" else shared
    found = ps.theory.optimum(3, 2, density=0.7, importance=1.0)
    W[0, 1, 0], b = found.W, np.zeros((3, 3, 1, 3))
    b[0, 1, 0] = found.b
    axes = (ps.values("distribution.density", density), ps.values("importance.ratio", ratio))
    rows = checks.corner(built(axes, W, b=b, importance="last_relative"))
    passed, control = verdicts(rows)
    assert passed == [expected, True, True]
    assert ordinary == "extra" or not any(control)
