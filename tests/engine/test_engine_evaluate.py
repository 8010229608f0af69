"""What is measured at the end of a run, recomputed with NumPy and SciPy on the same samples."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import phasesim as ps
from phasesim import pytree
from phasesim.engines._draws import sample
from phasesim.engines._evaluate import BATCH, N_BATCHES, RANKED, evaluate

KEY = jnp.array([7, 9], jnp.uint32)


def measured(W, b, density, n_batches=N_BATCHES, **fields):
    """(what phasesim measures, the samples of the sums, the samples of the ranking)."""
    m, n = np.shape(W)
    experiment = ps.Experiment(
        n_features=n,
        n_hidden=m,
        distribution=ps.distributions.sparse_uniform(density=density),
        importance=ps.importances.geometric(base=0.8),
        **fields,
    )
    arrays = pytree.as_arrays(experiment, np.float32)
    pytree.register(arrays)
    params = {"W": jnp.asarray(W, "float32"), "b": jnp.asarray(b, "float32")}
    readout = jax.jit(evaluate)(arrays, params, KEY)
    summed = [sample(arrays, KEY, i, BATCH) for i in range(n_batches)]
    ranked = sample(arrays, KEY, N_BATCHES, RANKED)
    return readout, np.concatenate(summed, 1).astype(float), np.asarray(ranked, float)


CASES = {
    "random": (np.random.default_rng(0).normal(size=(2, 5)), np.full(5, -0.1), 0.2),
    "rare": (np.random.default_rng(2).normal(size=(2, 3)), np.zeros(3), 0.02),
    "crowd": (np.random.default_rng(3).normal(size=(5, 20)) / 2, np.full(20, -0.05), 0.1),
}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    W, b, density = CASES[request.param]
    return W, b, *measured(W, b, density)


def scores(W, x):
    return (W / np.linalg.norm(W, axis=0)).T @ W @ x


def test_loss_and_energies(case):
    W, b, readout, x, _ = case
    out = np.maximum(W.T @ W @ x + b[:, None], 0)
    weights = 0.8 ** np.arange(len(b))
    loss = (weights * ((out - x) ** 2).mean(axis=1)).sum()
    # float32 sums over 16,384 samples
    assert float(readout.loss) == pytest.approx(loss, rel=1e-5)
    silent = x == 0
    leaked = np.where(silent, out**2, 0).sum(axis=1) / (out**2).sum(axis=1)
    np.testing.assert_allclose(readout.leaked_energy, leaked, rtol=1e-4, atol=1e-6)
    # a count: exact but for outputs within float32 rounding of 1/4
    false = (silent & (out > 0.25)).sum(axis=1) / silent.sum(axis=1)
    np.testing.assert_allclose(readout.false_activation, false, atol=2 / silent.sum(axis=1).min())


def test_correlation_of_the_readout(case):
    W, _, readout, x, _ = case
    score = scores(W, x)
    expected = [np.corrcoef(score[i], x[i])[0, 1] ** 2 for i in range(len(x))]
    # sums of squares in float32, differences of nearly equal ones
    np.testing.assert_allclose(readout.readout_r2, expected, atol=1e-3)


def test_area_under_the_curve(case):
    W, _, readout, _, x = case
    score = scores(W, x)
    for i in range(len(x)):
        active = x[i] != 0
        u = stats.mannwhitneyu(score[i][active], score[i][~active]).statistic
        area = u / (active.sum() * (~active).sum())
        # 32 thresholds instead of all: the curve between them is taken as straight
        assert float(readout.readout_auc[i]) == pytest.approx(area, abs=0.02)


def test_a_perfect_model_reads_out_perfectly():
    readout, _, _ = measured(np.eye(3), np.zeros(3), 0.3)
    assert float(readout.loss) < 1e-12  # x - x in float32
    np.testing.assert_allclose(readout.readout_r2, 1, atol=1e-4)
    np.testing.assert_array_equal(readout.false_activation, 0)
    np.testing.assert_array_equal(readout.leaked_energy, 0)
    # every active sample scores above every silent one; the rest is the straight last piece
    assert (np.asarray(readout.readout_auc) > 0.98).all()


def test_a_feature_without_a_direction_cannot_be_read():
    W = np.array([[1.0, 0.0]])
    readout, _, _ = measured(W, np.zeros(2), 0.3)
    assert float(readout.readout_r2[1]) == 0
    # constant scores: as good as a coin
    assert float(readout.readout_auc[1]) == pytest.approx(0.5, abs=1e-6)
    assert np.isnan(readout.leaked_energy[1])  # the output is 0 throughout


def test_a_feature_that_is_always_active_has_no_silent_samples():
    readout, _, _ = measured(np.eye(2), np.zeros(2), 1.0)
    # a uniform draw of exactly 0 counts as silent: 16,384 draws hold 0.001 of them
    assert np.isnan(readout.false_activation).all()
    assert np.isnan(readout.readout_auc).all()
    np.testing.assert_allclose(readout.readout_r2, 1, atol=1e-4)


@pytest.mark.parametrize("amplitude", ["gaussian", "bernoulli"])
def test_other_amplitudes(amplitude):
    law = {"name": "sparse_uniform", "density": 0.3, "amplitude": amplitude}
    experiment = pytree.as_arrays(
        ps.Experiment(n_features=2, n_hidden=2, distribution=law, model="linear"), np.float32
    )
    pytree.register(experiment)
    params = {"W": jnp.eye(2), "b": jnp.zeros(2)}
    readout = jax.jit(evaluate)(experiment, params, KEY)
    assert float(readout.loss) < 1e-12  # x - x in float32
    np.testing.assert_allclose(readout.readout_r2, 1, atol=1e-3)
    np.testing.assert_array_equal(readout.false_activation, 0)
