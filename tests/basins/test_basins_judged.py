"""What a result says of its models, on models whose answers are known."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import phasesim as ps
from phasesim import ranking, theory
from phasesim.errors import UsageError
from phasesim.result import Arrays, Result
from phasesim.status import Status

DENSITIES, RATIOS = [0.7, 0.3, 0.1], [0.3, 1.0]


def result_of(sweep, W, b, **more):
    """A result in memory of these weights, (*axes, seed, m, n) and (*axes, seed, n)."""
    lead = (*(axis.path for axis in sweep.axes), "seed")
    loss = np.full(b.shape[:-1], 7.0)
    arrays = {"W": W, "b": b, "loss": loss, "status": np.full(loss.shape, Status.ok), **more}
    own = {"W": ("hidden", "feature"), "b": ("feature",), "loss_curve": ("loss_step",)}
    return Result(sweep, Arrays(arrays, {k: lead + own.get(k, ()) for k in arrays}, {}))


def random_weights(sweep, seed=0):
    n, m = max(sweep.experiment.n_features, 2), sweep.experiment.n_hidden
    rng = np.random.default_rng(seed)
    shape = (*sweep.shape, sweep.n_seeds)
    return rng.normal(size=(*shape, m, n)) / np.sqrt(m), 0.1 * rng.normal(size=(*shape, n))


@pytest.fixture(scope="module")
def grid():
    """Random models of two features in one dimension, the true optimum among them as seed 1."""
    experiment = ps.Experiment(n_features=2, n_hidden=1, importance="last_relative")
    axes = [ps.values("distribution.density", DENSITIES), ps.values("importance.ratio", RATIOS)]
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=3)
    W, b = random_weights(sweep)
    p, importance = laws(sweep)
    best = theory.optimum_grid(2, 1, density=p[..., 0], importance=importance)
    W[:, :, 1], b[:, :, 1] = best.W, best.b
    W[0, 0, 2, 0, 0] = np.nan
    return result_of(sweep, W, b)


def laws(sweep):
    """p and I of each cell, (3, 2, 2)."""
    p, r = np.meshgrid(*(axis.array().astype(float) for axis in sweep.axes), indexing="ij")
    return np.stack([p, p], -1), np.stack([np.ones_like(r), r], -1)


def test_the_exact_loss_and_its_gradient_are_those_of_the_theory(grid):
    p, importance = (v[:, :, None] for v in laws(grid.sweep))
    W, b = grid.params()["W"], grid.params()["b"]
    exact, dW, db = theory.population_loss_and_gradient(W, b, density=p, importance=importance)
    norm = np.sqrt((dW**2).sum(axis=(-2, -1)) + (db**2).sum(axis=-1))
    bad = np.zeros(grid.shape, bool)
    bad[0, 0, 2] = True
    for name, values in (("exact_loss", exact), ("gradient_norm", norm)):
        np.testing.assert_allclose(grid.metric(name)[~bad], values[~bad], rtol=1e-12, atol=1e-15)
        assert np.all(np.isinf(grid.metric(name)[bad]))
    assert grid.ranking[0] == "exact"
    assert np.all(grid.metric("exact_loss", "best") == grid.metric("exact_loss")[:, :, 1])


def test_excess_and_gain_at_the_optimum_and_above(grid):
    excess, gain = grid.metric("excess"), grid.metric("gain")
    np.testing.assert_allclose(excess[:, :, 1], 0, atol=1e-12)
    assert np.all(excess[:, :, 0] > 0.01)
    p, importance = laws(grid.sweep)
    null = theory.null_loss(density=p, importance=importance)
    lost = np.min(importance, axis=-1) * theory.feature_variance(p[..., 0])
    expected = (lost - grid.exact_loss[:, :, 1]) / null
    np.testing.assert_allclose(gain[:, :, 1], expected, atol=1e-12)
    # an ignored feature gains nothing, a shared one much
    assert gain[0, 0, 1] == pytest.approx(0, abs=1e-9) and gain[2, 1, 1] > 0.4
    np.testing.assert_allclose(grid.metric("normalized_loss"), 7 / null[..., None] * np.ones(3))


def test_the_best_known_is_the_best_seed_where_it_is_lower_or_alone(grid):
    assert np.all(grid.best_known(search=False) == grid.exact_loss[:, :, :2].min(axis=-1))
    W, b = grid.params()["W"], grid.params()["b"]
    worse = result_of(grid.sweep, W[:, :, [0, 0, 0]], b[:, :, [0, 0, 0]])
    np.testing.assert_allclose(worse.best_known(), grid.best_known(), rtol=1e-12)
    assert np.all(worse.best_known(search=False) > worse.best_known())
    assert np.all(worse.metric("excess", "best") > 0.01)


def test_features_of_unlike_density_have_an_optimum_too():
    law = ps.distributions.sparse_uniform(density=0.2, factor=0.5)
    sweep = ps.Sweep(ps.Experiment(n_features=2, n_hidden=1, distribution=law), n_seeds=1)
    found = result_of(sweep, *random_weights(sweep)).best_known(search=True)
    assert found == pytest.approx(
        float(theory.optimum(2, 1, density=[0.1, 0.2], importance=1.0).loss), rel=1e-12
    )


def test_a_saddle_is_told_from_a_minimum():
    experiment = ps.Experiment(
        n_features=2, n_hidden=1, distribution=ps.distributions.sparse_uniform(density=0.1)
    )
    sweep = ps.Sweep(experiment, n_seeds=2)
    best = theory.optimum(2, 1, density=0.1, importance=1.0)
    # nothing represented: every direction of W lowers the loss
    result = result_of(sweep, np.stack([best.W, 0 * best.W]), np.stack([best.b, np.full(2, 0.05)]))
    least = result.metric("least_curvature")
    assert least[0] > 0.1 and least[1] < -0.01
    values = result.hessian_eigenvalues()
    assert values.shape == (4,) and values[0] == pytest.approx(least[0] * result.null_loss)
    direct = theory.hessian_eigenvalues(0 * best.W, [0.05, 0.05], density=0.1, importance=1.0)
    np.testing.assert_allclose(result.hessian_eigenvalues(seed=1), direct, atol=1e-12)


def test_cells_of_different_size_are_judged_without_their_padding():
    axes = [ps.values("n_hidden", [1, 2]), ps.values("n_features", [5, 3])]
    experiment = ps.Experiment(
        n_features=5, n_hidden=2, importance=ps.importances.geometric(base=0.8)
    )
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=2)
    W, b = random_weights(sweep)
    W[0, ..., 1, :] = np.nan
    W[:, 1, ..., 3:], b[:, 1, ..., 3:] = np.nan, np.nan
    result = result_of(sweep, W, b)
    assert result.ranking[0] == "exact"
    for cell in np.ndindex(2, 2):
        m, n = cell[0] + 1, (5, 3)[cell[1]]
        own = W[cell][:, :m, :n], b[cell][:, :n]
        importance = 0.8 ** np.arange(n)
        exact = theory.population_loss(*own, density=0.1, importance=importance)
        np.testing.assert_allclose(result.exact_loss[cell], exact, rtol=1e-5)
        lost = theory.orthogonal_loss(m, density=np.full(n, 0.1), importance=importance)
        np.testing.assert_allclose(result.orthogonal_loss[cell], lost)
    assert result.basins().label.min() == 0


@pytest.mark.parametrize(("n", "m", "std"), [(4, 2, 0.7), (12, 3, 0.5), (5, 2, 4.0)])
def test_series_are_known_to_the_tolerance(n, m, std):
    densities = [0.9, 0.3, 0.02]
    sweep = ps.Sweep(
        ps.Experiment(n_features=n, n_hidden=m),
        axes=[ps.values("distribution.density", densities)], n_seeds=3,
    )  # fmt: skip
    W, b = random_weights(sweep)
    result = result_of(sweep, std * W, b)
    p = np.array(densities)[:, None, None]
    exact, dW, db = theory.population_loss_and_gradient(std * W, b, density=p, importance=1.0)
    allowed = ranking.TOLERANCE * np.maximum(exact, result.null_loss[:, None])
    assert np.all(np.abs(result.exact_loss - exact) < allowed)
    norm = np.sqrt((dW**2).sum(axis=(-2, -1)) + (db**2).sum(axis=-1))
    np.testing.assert_allclose(result.metric("gradient_norm"), norm, rtol=2e-3)


@pytest.mark.parametrize(("n", "m"), [(2, 1), (5, 2)])
def test_diverged_weights_are_inf_or_huge_and_give_no_warning(n, m):
    sweep = ps.Sweep(ps.Experiment(n_features=n, n_hidden=m), n_seeds=4)
    W, b = random_weights(sweep)
    W[0], W[1], W[2], b[2] = 1e38, np.inf, 1e-38, np.nan
    result = result_of(sweep, W, b, status=np.array([Status.diverged] * 3 + [Status.ok]))
    for name in ("exact_loss", "gradient_norm", "excess"):
        values = result.metric(name)
        assert np.all(values[:3] > 1e9) and values[3] < 10, name
    assert result.metric("basin").tolist() == [-1, -1, -1, 0]
    assert not np.isnan(result.metric("least_curvature")).any()


def test_what_would_take_long_is_done_only_when_asked(monkeypatch):
    sweep = ps.Sweep(ps.Experiment(n_features=4, n_hidden=2), n_seeds=2)
    result = result_of(sweep, *random_weights(sweep))
    monkeypatch.setattr(ranking, "MOST_WORK", 1000)
    assert not ranking.cheap(sweep) and result.ranking == ("evaluation", result.loss)
    assert np.all(result.metric("exact_loss") < 5)
    assert np.all(result.metric("excess") >= 0)  # over the best seed: an optimum of 4 takes long
    # what is stored costs nothing
    stored = result_of(sweep, *random_weights(sweep), exact_loss=np.array([2.0, 1.0]))
    assert stored.ranking[0] == "exact" and stored.best_known() == 1
    assert np.all(stored.metric("excess") == [1 / stored.null_loss, 0])


def test_dependent_features_and_other_amplitudes_have_an_exact_loss_too():
    law = ps.distributions.correlated(density=0.2)
    axes = [ps.values("distribution.amplitude", ["uniform", "exponential"]),
            ps.values("distribution.density", [0.4, 0.1])]  # fmt: skip
    experiment = ps.Experiment(
        n_features=4, n_hidden=2, distribution=law, importance=ps.importances.geometric(base=0.8)
    )
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=2)
    W, b = random_weights(sweep)
    W[0, 0, 1] = np.nan
    result = result_of(sweep, 0.7 * W, b)
    exact, norm = result.metric("exact_loss"), result.metric("gradient_norm")
    assert np.isinf(exact[0, 0, 1]) and np.isinf(norm[0, 0, 1])
    importance = 0.8 ** np.arange(4)
    for cell in np.ndindex(2, 2):
        e, V, c = sweep.at(cell), 0.7 * W[cell][0], b[cell][0]
        x = np.asarray(e.distribution.sample(jax.random.key(cell[0]), 100_000, 4), float).T
        errors = (x - np.maximum(x @ V.T @ V + c, 0)) ** 2 @ importance
        z = (errors.mean() - exact[cell][0]) / errors.std() * np.sqrt(len(x))
        assert abs(z) < 4
        # the steepest direction is as steep as the norm says
        at = {"distribution": e.distribution, "importance": importance}
        _, dW, db = theory.population_loss_and_gradient(V, c, **at)
        step = 1e-5 / norm[cell][0]
        up, down = (theory.population_loss(V + s * dW, c + s * db, **at) for s in (step, -step))
        assert (up - down) / 2e-5 == pytest.approx(norm[cell][0], rel=1e-4)
    # what takes long is done for who asks only, and the optimum is not searched
    assert result.ranking[0] == "evaluation"
    np.testing.assert_allclose(result.metric("excess").min(axis=-1), 0)
    with pytest.raises(UsageError, match="distribution sparse_uniform"):
        result.metric("gain")


def test_what_the_theory_does_not_cover_is_refused():
    sweep = ps.Sweep(ps.Experiment(n_features=3, n_hidden=2, model="linear"), n_seeds=2)
    result = result_of(sweep, *random_weights(sweep))
    assert result.ranking[0] == "evaluation"
    for name in ("exact_loss", "gradient_norm", "excess", "gain", "least_curvature"):
        with pytest.raises(UsageError, match="expected loss of these models is not known"):
            result.metric(name)
    assert result.metric("basin").shape == (2,)
