"""Terms added to the loss."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim.engines._gradient import objective
from phasesim.fingerprint import cell_fingerprint

L1 = "regularizers.hidden_l1.coefficient"


def test_the_l1_term_is_the_mean_sum_of_hidden_activations(tiny):
    rng = np.random.default_rng(0)
    W, b, x = rng.normal(size=(2, 3)), rng.normal(size=3), rng.random((3, 7))
    params = {"W": W.astype(np.float32), "b": b.astype(np.float32)}
    plain, term = (
        objective(tiny(regularizers=r), params, x.astype(np.float32))
        for r in ({}, {"hidden_l1": {"coefficient": 0.25}})
    )
    expected = 0.25 * np.mean([np.sum(np.abs(W @ x[:, k])) for k in range(7)])
    assert float(term - plain) == pytest.approx(expected, rel=1e-5)


def test_at_0_it_is_bitwise_absent_and_swept_it_is_what_it_is_alone(tiny_sweep):
    axes = [ps.values(L1, [0.3, 0.0, 0.1])]
    swept = ps.run(tiny_sweep(axes=axes))
    without = ps.run(tiny_sweep(axes=[ps.values("distribution.density", [0.1])]))
    alone = ps.run(tiny_sweep(axes=[ps.values(L1, [0.1])]))
    W = swept.params()["W"]
    assert np.array_equal(W[1], without.params()["W"][0])
    assert np.array_equal(W[2], alone.params()["W"][0])
    assert not np.array_equal(W[0], W[2])


def test_it_makes_hidden_activations_sparse(tiny_sweep):
    sweep = tiny_sweep(
        axes=[ps.values(L1, [0.0, 0.2])], n_features=4, n_hidden=4, n_steps=600, batch_size=128,
        optimizer={"name": "adam", "learning_rate": 1e-2},
    )  # fmt: skip
    size = np.abs(ps.run(sweep).params()["W"]).sum(axis=(-2, -1))
    assert np.all(size[1] < 0.8 * size[0])


def test_what_it_cannot_do_is_said(tiny, tiny_sweep):
    with pytest.raises(ps.ConfigError, match=r"hidden_l1\.coefficient"):
        tiny(regularizers={"hidden_l1": {"coefficient": -1}})
    with pytest.raises(ps.ConfigError, match="does not cover this regularizers"):
        tiny(engine="population", regularizers={"hidden_l1": {"coefficient": 0.1}})
    off, absent = (
        tiny_sweep(axes=[], regularizers=r) for r in ({"hidden_l1": {"coefficient": 0.0}}, {})
    )
    assert off.experiment.cell_digest() == absent.experiment.cell_digest()
    assert cell_fingerprint(tiny_sweep(axes=[], regularizers={"hidden_l1": {"coefficient": 0.1}})
                            ) != cell_fingerprint(absent)  # fmt: skip
