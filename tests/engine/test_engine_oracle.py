"""The compiled program against the notebook's algorithm written out in float64 NumPy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.engines._draws import sample
from phasesim.engines._state import tail_steps
from phasesim.experiment import curve_ends
from phasesim.keys import stream

STEPS, BATCH, N, M = 200, 64, 4, 2
RATE, DECAY = 1e-2, 1e-2


def experiment(**fields):
    return ps.Experiment(
        n_features=N,
        n_hidden=M,
        n_steps=STEPS,
        batch_size=BATCH,
        importance=ps.importances.geometric(base=0.8),
        distribution=ps.distributions.sparse_uniform(density=0.3),
        optimizer=ps.optimizers.adamw(learning_rate=RATE, weight_decay=DECAY),
        record={"n_losses": 7},
        **fields,
    )


def notebook(start, batches, importance):
    """AdamW as PyTorch has it, on Σ_i I_i mean (x'_i - x_i)², gradient by hand; float64."""
    theta = {k: np.array(v, float) for k, v in start.items()}
    first, second = ({k: np.zeros_like(v) for k, v in theta.items()} for _ in range(2))
    losses = []
    for t, x in enumerate(batches, start=1):
        h = theta["W"] @ x
        a = theta["W"].T @ h + theta["b"][:, None]
        e = np.maximum(a, 0) - x
        losses.append((importance * (e**2).mean(axis=1)).sum())
        g = 2 / x.shape[1] * importance[:, None] * (a > 0) * e
        gradient = {"W": h @ g.T + theta["W"] @ g @ x.T, "b": g.sum(axis=1)}
        for k, v in gradient.items():
            first[k] = 0.9 * first[k] + 0.1 * v
            second[k] = 0.999 * second[k] + 0.001 * v * v
            unbiased = first[k] / (1 - 0.9**t), second[k] / (1 - 0.999**t)
            step = unbiased[0] / (np.sqrt(unbiased[1]) + 1e-8)
            theta[k] = theta[k] - RATE * DECAY * theta[k] - RATE * step
    return theta, np.array(losses)


@pytest.fixture(scope="module")
def both():
    chosen, key = experiment(), jax.random.key(11)
    start = ps.train(chosen.replace(n_steps=0), key).params
    outcome = jax.jit(lambda k: ps.train(chosen, k))(key)
    arrays = pytree.as_arrays(chosen, np.float32)
    data = jax.random.key_data(stream(key, "data")).astype(jnp.uint32)
    batch = jax.jit(lambda t: sample(arrays, data, t, BATCH))
    batches = [np.asarray(batch(t), float) for t in range(STEPS)]
    return outcome, *notebook(start, batches, 0.8 ** np.arange(N))


def test_weights_and_losses_follow_the_loop(both):
    outcome, theta, losses = both
    for name in ("W", "b"):
        # the bound asked of float32 after 200 steps
        np.testing.assert_allclose(outcome.params[name], theta[name], atol=1e-4)
    assert int(outcome.status) == ps.Status.ok
    assert int(outcome.first_bad_step) == -1
    assert losses[-20:].mean() < losses[:20].mean()


def test_the_loss_curve_is_the_mean_over_each_segment(both):
    outcome, _, losses = both
    ends = curve_ends(experiment())
    assert len(ends) == 7 and ends[-1] == STEPS
    expected = [losses[a:b].mean() for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    # the weights differ by up to 1e-4, the losses near 0.3 by as much of themselves
    np.testing.assert_allclose(outcome.loss_curve, expected, rtol=1e-3)


def test_the_slope_is_the_relative_change_over_the_last_tenth(both):
    outcome, _, losses = both
    first, middle = tail_steps(STEPS)
    assert (first, middle) == (180, 190)
    halves = losses[first:middle], losses[middle:]
    means = [h.mean() for h in halves]
    slope = 2 * (means[1] - means[0]) / np.mean(means)
    error = 2 * np.sqrt(sum(h.var() / h.size for h in halves)) / np.mean(means)
    # as the losses
    assert float(outcome.loss_slope) == pytest.approx(slope, abs=2e-3)
    assert float(outcome.loss_slope_error) == pytest.approx(error, rel=2e-2)


@pytest.mark.parametrize(
    ("n_steps", "points", "ends"), [(0, 50, []), (3, 50, [1, 2, 3]), (10, 4, [2, 5, 7, 10])]
)
def test_where_the_points_of_a_curve_end(n_steps, points, ends):
    assert curve_ends(ps.Experiment(n_steps=n_steps, record={"n_losses": points})) == ends


def test_training_can_start_from_given_parameters():
    chosen = experiment().replace(n_steps=0)
    start = {"W": jnp.full((M, N), 0.5), "b": jnp.full(N, -0.25)}
    outcome = ps.train(chosen, jax.random.key(0), start)
    assert (outcome.params["W"] == 0.5).all() and (outcome.params["b"] == -0.25).all()
    assert outcome.loss_curve.shape == (0,)
    assert np.isnan(outcome.loss_slope)
