"""Every model has a status, and one that fails leaves its neighbours alone."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim.status import MEANING

RATES = [1e-2, 2e-2, 1e30, 3e-2]
OK = [0, 1, 3]


@pytest.fixture(scope="module")
def swept(tiny_sweep):
    def run(rates):
        return ps.run(tiny_sweep(axes=[ps.values("optimizer.learning_rate", rates)]))

    return run


@pytest.fixture(scope="module")
def result(swept):
    return swept(RATES)


def test_every_status_has_a_sentence():
    assert set(MEANING) == set(ps.Status)
    assert all(MEANING.values())


def test_an_absurd_learning_rate_fails_and_its_neighbours_keep_every_bit(result, swept):
    assert (result.status[OK] == ps.Status.ok).all()
    assert set(result.status[2]) <= {ps.Status.nonfinite_loss, ps.Status.nonfinite_weights}
    weights = result.params()["W"]
    assert not np.isfinite(weights[2]).any(axis=(1, 2)).all()
    assert np.isfinite(weights[OK]).all()
    bad = result.stored("first_bad_step")
    assert (bad[OK] == -1).all() and (bad[2] >= 0).all()
    alone = swept([RATES[i] for i in OK])
    for name in result.names():
        np.testing.assert_array_equal(result.stored(name)[OK], alone.stored(name))


def test_failed_models_are_kept_counted_and_left_out_of_averages(result):
    assert result.shape == (4, 2)
    assert result.metric("feature_norm").shape == (4, 2, 3)
    for reduction in ("best", "mean", "mean_minus_worst"):
        assert np.isfinite(result.metric("loss", reduction)[OK]).all()
    assert np.isnan(result.metric("loss", "mean")[2])
    assert "6 of 8 models" in repr(result)


@pytest.mark.parametrize(("std", "status"), [(30, ps.Status.diverged), (0.1, ps.Status.ok)])
def test_a_finite_loss_far_above_that_of_no_output_is_divergence(tiny_sweep, std, status):
    made = ps.run(tiny_sweep(n_steps=0, init={"name": "normal", "std": std}))
    # x'² is about (n m std²)² / 9 at std = 30, and below 1 at 0.1; no output at all loses 1/3
    assert np.isfinite(made.loss).all()
    assert (made.status == status).all()


def test_no_steps(tiny_sweep):
    result = ps.run(tiny_sweep(n_steps=0, init={"name": "normal", "std": 0.1}))
    assert "loss_curve" not in result.names()
    assert np.isfinite(result.loss).all()
    assert np.isnan(result.stored("loss_slope")).all()
    assert result.params()["W"].std() == pytest.approx(0.1, rel=0.5)  # 24 numbers


def test_a_feature_of_no_importance_is_not_learned(tiny_sweep):
    result = ps.run(tiny_sweep(importance={"name": "values", "weights": [1.0, 1.0, 0.0]}))
    assert (result.status == ps.Status.ok).all()
    # no gradient reaches its bias, and decay leaves 0 where it is
    assert (result.params()["b"][..., 2] == 0).all()
    assert (result.params()["b"][..., :2] != 0).any()
