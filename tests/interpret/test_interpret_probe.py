"""Probes: closed forms, SciPy as the oracle, and planted models."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize, special, stats

import phasesim as ps
from phasesim import pytree
from phasesim.interpret import _data, _probe, _shift

M, N, BATCH = 3, 4, 2048


@pytest.fixture(scope="module")
def twenty():
    """Hidden units and features of 20 random models over a range of densities."""
    rng = np.random.default_rng(0)
    hs, xs = [], []
    for p in np.geomspace(0.9, 0.03, 20):
        x = rng.random((N, BATCH)) * (rng.random((N, BATCH)) < p)
        hs.append(np.maximum(rng.normal(size=(M, N)) @ x, 0))
        xs.append(x)
    return np.array(hs), np.array(xs)


@pytest.mark.parametrize("size", [7, 512, 100_003])
def test_means_of_products_keep_the_digits_of_float32(size):
    rng = np.random.default_rng(1)
    a, b = rng.random((3, 2, size), "f4"), rng.random((3, 5, size), "f4")
    found = jax.jit(jax.vmap(_data.mean_product))(a, b)
    expected = np.einsum("vks,vls->vkl", a.astype(float), b) / size
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_ridge_is_least_squares_with_the_penalty_as_further_rows(twenty):
    h, x = twenty
    made = jax.jit(jax.vmap(lambda h, x: _probe.ridge(_probe.moments(h, x), 0.01)))(
        *(jnp.asarray(a, "f4") for a in twenty)
    )
    for k in range(20):
        centred = h[k] - h[k].mean(axis=1, keepdims=True)
        penalty = np.sqrt(0.01 * np.mean(centred**2) * BATCH) * np.eye(M)
        rows = np.vstack([centred.T, penalty])
        target = np.vstack([(x[k] - x[k].mean(axis=1, keepdims=True)).T, np.zeros((M, N))])
        expected = np.linalg.lstsq(rows, target, rcond=None)[0]
        np.testing.assert_allclose(made.weights[k], expected, atol=1e-3)


def test_probes_are_those_of_scikit_learn(twenty):
    from sklearn.linear_model import LogisticRegression, Ridge

    h, x = twenty
    spread = h.std(axis=2, keepdims=True)
    h = (h - h.mean(axis=2, keepdims=True)) / np.where(spread > 0, spread, 1)
    strength = 0.01
    arrays = [jnp.asarray(a, "f4") for a in (h, x, x != 0)]
    made = jax.jit(jax.vmap(lambda h, x: _probe.ridge(_probe.moments(h, x), strength)))(*arrays[:2])
    told = jax.jit(jax.vmap(lambda h, y: _probe.logistic(h, y, strength, 30)))(*arrays[::2])
    for k in range(20):
        # theirs are sums over samples, ours means; the mean variance of a unit is 1 or less
        ridge = Ridge(alpha=strength * h[k].var(axis=1).mean() * BATCH).fit(h[k].T, x[k].T)
        np.testing.assert_allclose(made.weights[k], ridge.coef_.T, atol=1e-3)
        np.testing.assert_allclose(made.intercept[k], ridge.intercept_, atol=1e-3)
        for i in range(N):
            other = LogisticRegression(C=1 / (strength * BATCH), tol=1e-8, max_iter=1000)
            other.fit(h[k].T, x[k, i] != 0)
            np.testing.assert_allclose(told.weights[k][:, i], other.coef_[0], atol=1e-3)


def test_logistic_probes_are_the_minimum_that_scipy_finds(twenty):
    h, x = twenty
    spread = h.std(axis=2, keepdims=True)
    # some units are never active
    h = (h - h.mean(axis=2, keepdims=True)) / np.where(spread > 0, spread, 1)
    active = (x != 0).astype(float)
    strength = 1e-3
    made = jax.jit(jax.vmap(lambda h, y: _probe.logistic(h, y, strength, 30)))(
        jnp.asarray(h, "f4"), jnp.asarray(active, "f4")
    )

    def fitted(h, y):
        def loss(q):
            logit = q[:-1] @ h + q[-1]
            error = special.expit(logit) - y
            slope = np.append(h @ error / BATCH + strength * q[:-1], error.mean())
            value = np.mean(np.logaddexp(0, logit) - y * logit)
            return value + strength / 2 * q[:-1] @ q[:-1], slope

        return optimize.minimize(loss, np.zeros(M + 1), jac=True, options={"gtol": 1e-8}).x

    expected = np.array([[fitted(h[k], y) for y in active[k]] for k in range(20)])
    np.testing.assert_allclose(np.swapaxes(made.weights, 1, 2), expected[..., :-1], atol=1e-3)
    np.testing.assert_allclose(made.intercept, expected[..., -1], atol=1e-3)


def test_r_squared_and_the_greedy_choice_against_loops(twenty):
    h, x = (a[3] for a in twenty)
    half = BATCH // 2
    fit, test = (h[:, :half], x[:, :half]), (h[:, half:], x[:, half:])
    few = _probe.greedy(*(_probe.moments(*(jnp.asarray(a, "f4") for a in s)) for s in (fit, test)),
                        1e-6)  # fmt: skip
    for i in range(N):
        chosen = []
        for k in range(M):
            rows = np.vstack([fit[0][chosen], np.ones(half)])
            left = fit[1][i] - rows.T @ np.linalg.lstsq(rows.T, fit[1][i], rcond=None)[0]
            size = [-1 if j in chosen else abs(np.corrcoef(fit[0][j], left)[0, 1])
                    for j in range(M)]  # fmt: skip
            chosen.append(int(np.argmax(size)))
            rows = np.vstack([fit[0][chosen], np.ones(half)])
            w = np.linalg.lstsq(rows.T, fit[1][i], rcond=None)[0]
            error = test[1][i] - w @ np.vstack([test[0][chosen], np.ones(half)])
            expected = 1 - np.mean(error**2) / test[1][i].var()
            assert float(few[k, i]) == pytest.approx(expected, abs=1e-3)


def test_the_auc_is_that_of_the_rank_sum_test():
    rng = np.random.default_rng(1)
    positive = rng.random((3, 3000)) < [[0.02], [0.3], [0.9]]
    # half of the scores are an atom, as where no feature is active
    score = np.where(rng.random((3, 3000)) < 0.5, 0, rng.normal(size=(3, 3000)) + positive)
    made = _probe.auc(jnp.asarray(score, "f4"), jnp.asarray(positive))
    for s, y, value in zip(score, positive, made, strict=True):
        u = stats.mannwhitneyu(s[y], s[~y]).statistic
        # the pairs that share one of 1,024 bins
        assert float(value) == pytest.approx(u / (y.sum() * (~y).sum()), abs=1e-3)
    assert np.isnan(_probe.auc(jnp.ones((1, 5)), jnp.ones((1, 5), bool)))


@pytest.mark.parametrize("reverse", [False, True])
def test_coupling_changes_who_fires_with_whom_and_nothing_else(reverse):
    rng = np.random.default_rng(2)
    x = (rng.random((4, 4000)) * (rng.random((4, 4000)) < 0.2)).astype("f4")
    pair = (jnp.array([2, 1]), jnp.array([0, 3]))
    made = np.asarray(_shift.coupled(jnp.asarray(x), pair, 1.0, reverse=reverse))
    np.testing.assert_array_equal(made[[1, 2]], x[[1, 2]])
    np.testing.assert_array_equal(np.sort(made), np.sort(x))
    for a, b in ((2, 0), (1, 3)):
        both = ((made[a] != 0) & (made[b] != 0)).sum()
        fewer = min((made[a] != 0).sum(), (made[b] != 0).sum())
        assert both == (0 if reverse else fewer)
        # values of partners stay independent: 800 of them, standard error 0.035
        together = (made[a] != 0) & (made[b] != 0)
        if not reverse:
            assert abs(np.corrcoef(made[a][together], made[b][together])[0, 1]) < 0.12


def test_densities_shift_as_they_say():
    rng = np.random.default_rng(3)
    draws = [jnp.asarray(rng.random((2, 40000)) * (rng.random((2, 40000)) < 0.2)) for _ in range(3)]
    # standard errors below 0.003
    thin = np.mean(np.asarray(_shift.thinned(draws[0], jax.random.key(0), 0.25)) != 0)
    assert thin == pytest.approx(0.05, abs=0.01)
    dense = np.mean(np.asarray(_shift.united(draws)) != 0)
    assert dense == pytest.approx(1 - 0.8**3, abs=0.01)


@pytest.fixture(scope="module")
def planted(measure):
    """Orthogonal directions; and one feature without a direction beside one that has it."""
    experiment = ps.Experiment(
        n_features=2,
        n_hidden=2,
        distribution=ps.distributions.sparse_uniform(density=0.1, amplitude="bernoulli"),
    )
    return measure(
        "linear_probe", experiment, [np.eye(2), [[0, 1], [0, 0]], [[1, 0], [0, 0]]],
        n_samples=8192, coupling=1.0,
    )  # fmt: skip


def test_orthogonal_directions_are_read_by_one_neuron_each(planted):
    for name, value in {"r2": 1, "r2_single": 1, "neurons_needed": 1, "on_direction": 1,
                        "on_direction_chance": 0.5, "auc": 1, "auc_denser": 1}.items():  # fmt: skip
        # the penalty of 1/1000 takes its square
        np.testing.assert_allclose(planted[name][0], value, atol=1e-4, err_msg=name)
    for name in ("drop_resampled", "drop_sparser", "drop_denser"):
        np.testing.assert_allclose(planted[name][0], 0, atol=1e-3, err_msg=name)
    # twice a correlation whose standard error is 1/sqrt(8192) = 0.011
    assert (np.abs(planted["r2_shuffled"][0]) < 0.08).all()


def test_a_probe_latches_onto_a_partner_and_fails_without_it(planted):
    """The trap: the feature without a direction in the second and third model."""
    # which of the pair is moved onto the other is random: both orders must come out alike
    found = {n: np.array([planted[n][1, 0], planted[n][2, 1]]) for n in planted}
    # 800 active samples: standard error 0.03 of a density, twice that of these
    np.testing.assert_allclose(found["r2_coupled"], 1, atol=0.1)
    np.testing.assert_allclose(found["drop_broken"], 2, atol=0.15)
    np.testing.assert_allclose(found["auc_coupled"], 1, atol=0.05)
    np.testing.assert_allclose(found["auc_broken"], 0.5, atol=0.03)
    np.testing.assert_allclose(found["auc_reversed"], 4 / 9, atol=0.01)
    assert (found["drop_reversed"] > 1.9).all()
    # without the partner there is nothing to read
    np.testing.assert_allclose(found["r2"], 0, atol=0.01)
    assert np.isnan(found["on_direction"]).all()


def test_context_roles_of_shared_and_dedicated_neurons(measure):
    experiment = ps.Experiment(
        n_features=4, n_hidden=4, distribution=ps.distributions.sparse_uniform(density=0.5)
    )
    shared = np.zeros((4, 4))
    shared[0] = 1
    found = measure("context_roles", experiment, [shared, np.eye(4)], n_contexts=2, n_samples=512)
    np.testing.assert_array_equal(found["roles"][0], [[2, 0, 0, 0], [4, 0, 0, 0]])
    np.testing.assert_array_equal(found["roles_resampled"][0], [[2, 0, 0, 0], [2, 0, 0, 0]])
    # two neurons have seen their feature after one context of two, all four after both
    assert found["roles"][1].sum(axis=1).tolist() == [2, 4]
    assert found["roles_resampled"][1].sum(axis=1).tolist() == [2, 2]
    assert np.nansum(found["label_kept"][1], axis=1).tolist() == [2, 4]


def test_the_contexts_of_a_law_are_its_own(measure):
    law = ps.distributions.context(n_contexts=3, overlap=1, density=0.5)
    experiment = ps.Experiment(n_features=7, n_hidden=1, distribution=law)
    found = measure("context_roles", experiment, [np.ones((1, 7))], n_samples=512, share=0.05)
    # two features a context and the shared one
    np.testing.assert_array_equal(found["roles"][0, :, 0], [3, 5, 7])
    np.testing.assert_array_equal(found["roles_resampled"][0, :, 0], [3, 3, 3])


def test_a_context_that_is_removed_is_not_met():
    law = ps.distributions.context(n_contexts=3, overlap=1, density=0.5)
    single = pytree.as_arrays(ps.Experiment(n_features=7, distribution=law), np.float32)
    pytree.register(single)
    met, parts = jnp.array([False, True, True]), jnp.arange(7) % 3
    x = _shift.draw_in(single, jax.random.key(0), "test", 4000, met, parts)
    # standard error 0.008
    np.testing.assert_allclose((x != 0).mean(axis=1), [0, 0, *[0.25] * 4, 0.5], atol=0.04)
