"""The small case of absolute values: asserted of the exact pairs, and of nothing else."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim.plot import checks
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status

N, M = 3, 6
DIMS = {"W_in": ("hidden", "feature"), "W_out": ("feature", "hidden"), "b": ("feature",)}
#: neurons out of order and of unequal size; products of 1
SIZE = np.array([2.0, 0.5, 1.0, 4.0, 0.25, 1.0])[:, None]
PAIRS = np.concatenate([np.eye(N), -np.eye(N)])[[3, 1, 0, 5, 2, 4]]
EXACT = PAIRS * SIZE, (np.abs(PAIRS) / SIZE).T
LOSS = 1e-6


def built(W_in, W_out, loss=LOSS):
    """Two seeds, the second one better: nothing learned, and these weights."""
    experiment = ps.Experiment(
        n_features=N,
        n_hidden=M,
        model="absolute",
        target="absolute",
        distribution=ps.distributions.sparse_uniform(density=1.0, amplitude="signed_uniform"),
    )
    rng = np.random.default_rng(0)
    start = {"W_in": rng.normal(size=(2, M, N)), "W_out": rng.random((2, N, M))}
    end = {k: np.stack([start[k][0], W]) for k, W in (("W_in", W_in), ("W_out", W_out))}
    arrays = {
        **end,
        **{f"{k}_snapshot": np.stack([start[k], end[k]], axis=1) for k in start},
        "b": np.zeros((2, N)),
        "loss": np.array([10 * loss, loss]),
        "status": np.full(2, Status.ok),
    }
    own = {**DIMS, **{f"{k}_snapshot": ("step", *DIMS[k]) for k in start}}
    names = {k: ("seed", *own.get(k, ())) for k in arrays}
    return Result(ps.Sweep(experiment, n_seeds=2), Arrays(arrays, names, {}))


def changed(which, at, value):
    weights = [W.copy() for W in EXACT]
    weights[which][at] = value
    return weights


def test_exact_pairs_hold_and_every_control_fails():
    result = built(*EXACT)
    rows = checks.absolute_small(result)
    assert all(row["passed"] for row in rows)
    assert not any(row["control"]["passed"] for row in rows)
    W_in, W_out = checks.small_weights(result)
    assert np.array_equal(W_in, np.kron(np.eye(N), [[1], [-1]]))
    assert np.array_equal(W_out, np.abs(W_in))
    assert checks.pair_counts(result)[1] == N
    assert np.all(checks.pair_counts(result, start=True) < N)


@pytest.mark.parametrize(
    ("weights", "loss", "failing"),
    [
        pytest.param(changed(0, (0, 1), 0.2), LOSS, [0], id="a second weight in"),
        pytest.param(changed(0, (0, 1), 0.8), LOSS, [0, 1], id="a neuron of two features"),
        pytest.param(changed(0, (0, 0), 2.0), LOSS, [1], id="two neurons of one sign"),
        pytest.param(changed(1, (1, 1), 2.12), LOSS, [2], id="a product of 1.06"),
        pytest.param(changed(1, (1, 0), -0.03), LOSS, [3], id="a weight out to another feature"),
        pytest.param(EXACT, 1.01e-4, [4], id="a loss too large"),
    ],
)
def test_it_fails_on_what_is_not_a_pair_each(weights, loss, failing):
    rows = checks.absolute_small(built(*weights, loss=loss))
    assert [k for k, row in enumerate(rows) if not row["passed"]] == failing
