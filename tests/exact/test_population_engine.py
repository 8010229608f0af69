"""Training on the exact loss: what it reports, what it covers, what it says of itself."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim.engines._population import n_waves
from phasesim.exact._pair import pair_loss_and_gradient
from phasesim.exact._series import Terms
from phasesim.exact._tied import loss_and_gradient
from phasesim.rows import snapshot_steps
from phasesim.status import Status
from phasesim.theory import population_loss_and_gradient

ADAM = ps.optimizers.adam(learning_rate=0.05, schedule="cosine")


def experiment(n=2, m=1, **fields):
    fields = {"n_steps": 300, "optimizer": ADAM, **fields}
    return ps.Experiment(n_features=n, n_hidden=m, engine="population", **fields)


@pytest.fixture(scope="module")
def small():
    """A coarse diagram of two features in one dimension."""
    sweep = ps.Sweep(
        experiment(importance="last_relative"),
        axes=[ps.values("distribution.density", [0.7, 0.3, 0.1]),
              ps.values("importance.ratio", [0.3, 0.6, 3])],
        n_seeds=8,
    )  # fmt: skip
    return ps.run(sweep)


def test_best_seeds_reach_the_true_optimum(small):
    p, r = np.meshgrid([0.7, 0.3, 0.1], [0.3, 0.6, 3], indexing="ij")
    importance = np.stack([np.ones_like(r), r], axis=-1)
    best = ps.theory.optimum_grid(2, 1, density=p, importance=importance)
    found = small.metric("loss", "best")
    np.testing.assert_allclose(found / small.null_loss, best.loss / small.null_loss, atol=2e-4)
    assert np.array_equal(small.metric("phase", "best"), best.phase)


def test_the_loss_stored_is_the_exact_one(small):
    W, b = (small.params()[k].astype(float) for k in ("W", "b"))
    p = np.array([0.7, 0.3, 0.1])[:, None, None, None]
    r = np.array([0.3, 0.6, 3], np.float32).astype(float)
    importance = np.stack([np.ones(3), r], axis=-1)[None, :, None]
    loss, dW, db = population_loss_and_gradient(W, b, density=p, importance=importance)
    np.testing.assert_allclose(small.loss, loss, rtol=1e-5)
    np.testing.assert_array_equal(small.stored("exact_loss"), small.loss)
    norm = np.sqrt((dW**2).sum(axis=(-1, -2)) + (db**2).sum(axis=-1))
    np.testing.assert_allclose(small.stored("gradient_norm"), norm, atol=2e-6)
    assert "readout_r2" not in small.names()


def test_a_model_stopped_early_has_not_converged(small):
    assert np.mean(small.status == Status.ok) > 0.9
    early = ps.run(ps.Sweep(experiment(n_steps=15), n_seeds=8))
    assert np.all(early.status == Status.not_converged)
    # the tolerance is a swept field
    lenient = experiment(n_steps=15).replace(engine=ps.engines.population(gradient_tolerance=1e3))
    assert np.all(ps.run(ps.Sweep(lenient, n_seeds=8)).status == Status.ok)


def test_huge_weights_make_the_loss_uncertain():
    wild = experiment(n_steps=0, init=ps.initializers.normal(std=300.0))
    status = ps.run(ps.Sweep(wild, n_seeds=4)).status
    assert np.all(np.isin(status, [Status.loss_uncertain, Status.diverged]))


@pytest.mark.parametrize(("n", "m"), [(2, 1), (4, 2)])
def test_a_loss_is_right_or_said_to_be_uncertain(n, m):
    """Biases that large weights barely overcome: of large squares a small loss is left."""
    size = np.geomspace(0.1, 200, 24)[:, None, None]
    W = np.float32(size * np.random.default_rng(n).normal(size=(24, m, n)))
    b = -np.abs(np.swapaxes(W, 1, 2) @ W).sum(axis=-1)
    still = experiment(n, m, n_steps=0)
    train = jax.vmap(lambda W, b: ps.train(still, jax.random.key(0), {"W": W, "b": b}))
    outcome = train(jnp.asarray(W), jnp.asarray(b))
    p = still.distribution.density
    exact = ps.population_loss(W.astype(float), b.astype(float), density=p, importance=1)
    error = np.abs(np.asarray(outcome.loss) - exact) / (still.null_loss() + exact)
    uncertain = np.asarray(outcome.status) == Status.loss_uncertain
    assert np.all(error[~uncertain] < 1e-5)
    assert uncertain[-6:].all() and not uncertain[:6].any()


@pytest.mark.parametrize(("n", "m"), [(2, 1), (4, 2)])
def test_no_step_reports_less_than_the_exact_loss(n, m):
    """1,000 random starts with norms to 10 and more, at learning rate 1."""
    wild = experiment(
        n, m, n_steps=32, optimizer=ps.optimizers.adam(learning_rate=1.0),
        init=ps.initializers.normal(std=1.0), record=ps.Record(n_losses=32, snapshots=6),
    )  # fmt: skip
    axes = [
        ps.geomspace("distribution.density", 1, 0.01, 25),
        ps.geomspace("init.std", 0.1, 6, 8),
    ]
    sweep = ps.Sweep(wild, axes=axes, n_seeds=5)
    result = ps.run(sweep)
    steps = [s for s in snapshot_steps(wild) if s < 32]
    W, b = (result.stored(f"{k}_snapshot")[:, :, :, : len(steps)].astype(float) for k in "Wb")
    p = result.coords["distribution.density"][:, None, None, None, None]
    exact = ps.population_loss(W, b, density=p, importance=1)
    reported = result.stored("loss_curve")[..., steps]
    assert np.linalg.norm(W, axis=-2).max() > 10
    # single precision rounds the largest losses, of 1e4 and more, to parts of themselves
    assert np.all(reported >= exact - 1e-6 - 1e-5 * exact)


def test_single_precision_kernels_equal_double_ones():
    rng = np.random.default_rng(1)
    for n, m in ((2, 1), (5, 2), (14, 3)):
        W = (rng.normal(size=(6, m, n)) / np.sqrt(m)).astype(np.float32)
        b = (0.2 * rng.normal(size=(6, n))).astype(np.float32)
        p = rng.uniform(0.05, 0.9, (6, n)).astype(np.float32)
        importance = rng.uniform(0.1, 1, (6, n)).astype(np.float32)
        terms = Terms(4 * n_waves(n), 4 * n_waves(n))
        exact = population_loss_and_gradient(
            *(v.astype(float) for v in (W, b)), density=p.astype(float),
            importance=importance.astype(float),
        )  # fmt: skip
        kernel = pair_loss_and_gradient if n == 2 else (
            lambda *a, t=terms: loss_and_gradient(*a, t)
        )  # fmt: skip
        found = jax.jit(kernel)(*(jnp.asarray(v) for v in (W, b, p, importance)))
        np.testing.assert_allclose(found[0], exact[0], rtol=1e-5)
        np.testing.assert_allclose(found[1], exact[1], atol=3e-5)
        np.testing.assert_allclose(found[2], exact[2], atol=3e-5)


def test_the_linear_model_learns_the_principal_components():
    n, m, p = 4, 2, 0.3
    law = ps.distributions.sparse_uniform(density=p)
    run = ps.run(ps.Sweep(experiment(
        n, m, n_steps=600, model="linear", distribution=law,
        importance=ps.importances.geometric(base=0.5),
    ), n_seeds=4))  # fmt: skip
    expected = (p / 3 - p * p / 4) * (0.5**2 + 0.5**3)
    assert run.loss.min() == pytest.approx(expected, rel=1e-4)
    # the loss is the mean over samples
    rng = np.random.default_rng(0)
    x = rng.random((200_000, n)) * (rng.random((200_000, n)) < p)
    W, b = run.params()["W"][0].astype(float), run.params()["b"][0].astype(float)
    errors = ((x - x @ W.T @ W - b) ** 2) @ 0.5 ** np.arange(4)
    assert abs(errors.mean() - run.loss[0]) < 4 * errors.std() / np.sqrt(len(x))


@pytest.mark.parametrize("change", [
    {"n": 15, "distribution": ps.distributions.sparse_uniform(amplitude="bernoulli")},
])  # fmt: skip
def test_what_is_not_covered_is_refused(change):
    with pytest.raises(ps.ConfigError, match=r"^engine.*does not cover.*relu_output or linear"):
        experiment(**change)
    experiment(model="linear", **change)
