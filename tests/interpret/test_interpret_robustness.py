"""Attacks on inputs, and features along neurons: the derived values on planted models."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.interpret._attack import errors, projected
from phasesim.interpret._data import draw

#: a pair on one unit beside a feature of its own, two features of their own, and nothing
PLANTED = [[[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]], np.eye(2, 3), np.zeros((2, 3))]


def one_at_a_time(**fields):
    """Three features in two units, never active together."""
    law = ps.distributions.anticorrelated(set_size=3, set_density=0.6)
    return ps.Experiment(n_features=3, n_hidden=2, distribution=law, **fields)


def test_a_pair_is_twice_as_vulnerable_as_features_of_their_own(measure):
    found = measure("vulnerability", one_at_a_time(), PLANTED, n_samples=4000)
    # but for inputs shorter than the attack, of which there are a few in a hundred
    np.testing.assert_allclose(found["vulnerability"], [2, 1, 0], atol=0.05)
    np.testing.assert_allclose(found["vulnerability_pgd"], [2, 1, 0], atol=0.05)
    damage = [[2, 2, 1], [1, 1, 0], [0, 0, 0]]
    np.testing.assert_allclose(found["damage"], damage, atol=0.05)
    nothing = np.full(3, np.nan)
    inverse = [[2, 2, 1], [1, 1, np.nan], nothing]
    np.testing.assert_allclose(found["inverse_dimensionality"], inverse, atol=1e-5)
    np.testing.assert_allclose(found["misfit"], [[0, 0, 0], [0, 0, np.nan], nothing], atol=0.03)
    constant = [[np.log(2), np.log(2), 0], [0, 0, np.nan], nothing]
    np.testing.assert_allclose(found["misfit_constant"], constant, atol=0.03)
    # gradient ascent finds the one worst direction; random ones are shorter along it
    assert found["cosine_pgd"][0] == pytest.approx(1, abs=1e-3)
    assert 0.5 < found["cosine_random"][0] < 0.9
    # a third of its square falls on each of two features, or half of that where only rises count
    assert 0.3 < found["vulnerability_random"][1] < 0.7 * found["vulnerability"][1]


def test_the_worst_attack_against_a_loop():
    n, m = 4, 2
    experiment = ps.Experiment(
        n_features=n, n_hidden=m, importance=ps.importances.geometric(base=0.5),
        distribution=ps.distributions.sparse_uniform(density=0.5),
    )  # fmt: skip
    rng, key = np.random.default_rng(1), jax.random.key(5)
    params = {"W": rng.normal(size=(m, n)).astype("f4"), "b": rng.normal(size=n).astype("f4")}
    single = pytree.as_arrays(experiment, np.float32)
    pytree.register(single)
    analysis = ps.registry.get("analysis", "vulnerability")(n_samples=60, radius=0.3)
    found = jax.jit(analysis.measure)(params, single, key)

    x = np.asarray(draw(single, key, "test", 60), float)
    W, b, weights = params["W"].astype(float), params["b"].astype(float), 0.5 ** np.arange(n)
    G = W.T @ W
    loss = lambda v, k: np.sum(weights * (np.maximum(G @ v + b, 0) - x[:, k]) ** 2)  # noqa: E731
    size = 0.3 * np.linalg.norm(x, axis=0).mean()
    worst, damage = np.full(60, -np.inf), np.zeros(n)
    for i in range(n):
        added = size * G[i] / np.linalg.norm(G[i])
        for k in range(60):
            forth, back, clean = (loss(x[:, k] + s * added, k) for s in (1, -1, 0))
            worst[k] = max(worst[k], forth - clean, back - clean)
            damage[i] += (forth - clean) * (x[i, k] != 0)
    # float32 differences of losses of order 10
    assert float(found["vulnerability"]) == pytest.approx(worst.mean() / size**2, rel=1e-4)
    np.testing.assert_allclose(found["damage"], damage / (x != 0).sum(axis=1) / size**2, rtol=1e-3)
    # with starts enough gradient ascent finds what the rows of G say, or worse
    assert float(found["vulnerability_pgd"]) > 0.97 * float(found["vulnerability"])


def test_gradient_ascent_stays_in_the_ball_and_knows_where_it_was_worst():
    experiment = pytree.as_arrays(one_at_a_time(), np.float32)
    pytree.register(experiment)
    params = {"W": np.float32(PLANTED[0]), "b": np.zeros(3, "f4")}
    size = np.float32(0.2)

    @jax.jit
    def ascend(x):
        extra = errors(experiment, params, x)
        worst, where = projected(extra, jax.random.key(1), x.shape, size, 10)
        return worst, where, extra(where)

    worst, where, again = ascend(draw(experiment, jax.random.key(0), "test", 100))
    # float32
    np.testing.assert_allclose(worst, again, atol=1e-6)
    assert float(np.linalg.norm(where, axis=0).max()) <= size * (1 + 1e-6)
    assert float(worst.mean()) > 1.8 * size**2


def test_without_a_linear_map_only_gradients_attack(measure):
    experiment = one_at_a_time(model="relu_hidden")
    found = measure("vulnerability", experiment, PLANTED[:1], n_samples=50)
    assert np.isnan(found["vulnerability"]).all() and np.isnan(found["damage"]).all()
    assert found["vulnerability_pgd"][0] > 0
    with pytest.raises(ps.PhasesimError, match="weighted_mse"):
        detect = {"target": "detect", "loss": "logistic"}
        model = {"name": "relu_hidden", "output": "identity"}
        measure("vulnerability", one_at_a_time(model=model, **detect), PLANTED[:1], n_samples=5)


def test_alignment_with_the_neurons(measure):
    turned = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    Ws = [np.eye(2), [[1, -1], [0, 0]], turned]
    experiment = ps.Experiment(n_features=2, n_hidden=2)
    found = measure("basis_alignment", experiment, Ws, n_rotations=4000)
    np.testing.assert_allclose(found["alignment"][:2], 1, atol=1e-6)
    np.testing.assert_allclose(found["alignment"][2], np.sqrt(0.5), atol=1e-6)
    np.testing.assert_allclose(found["max_share"], [[1, 1], [0.5, np.nan], [0.5, 0.5]], atol=1e-6)
    np.testing.assert_allclose(found["participation"][:, 0], [1, 2, 2], atol=1e-6)
    np.testing.assert_array_equal(found["n_large"], [[1, 1], [2, 0], [2, 2]])
    np.testing.assert_array_equal(found["polysemantic"], [0, 1, 2])
    np.testing.assert_array_equal(found["monosemantic"], [2, 0, 0])
    # a random angle t: E max(|cos t|, |sin t|) = 2√2/π; two large weights unless tan t < 1/5
    np.testing.assert_allclose(found["alignment_rotated"], 2 * np.sqrt(2) / np.pi, atol=0.01)
    often = 1 - 4 * np.arctan(0.2) / np.pi
    np.testing.assert_allclose(found["polysemantic_rotated"][[0, 2]], 2 * often, atol=0.05)
    # of the pair a neuron is silent where tan t < 1/20
    alive = found["polysemantic_rotated"] + found["monosemantic_rotated"]
    np.testing.assert_allclose(alive, [2, 2 - 4 * np.arctan(0.05) / np.pi, 2], atol=0.02)


def test_weights_of_an_encoder_are_those_of_its_neurons():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(4, 3)).astype("f4")
    params = {"W_in": W, "W_out": rng.normal(size=(3, 4)).astype("f4"), "b": np.zeros(3, "f4")}
    experiment = ps.Experiment(n_features=3, n_hidden=4, model="absolute")
    analysis = ps.registry.get("analysis", "basis_alignment")(n_rotations=2)
    found = jax.jit(lambda p: analysis.measure(p, experiment, jax.random.key(0)))(params)
    share = np.abs(W).max(axis=1) / np.abs(W).sum(axis=1)
    np.testing.assert_allclose(found["max_share"], share, rtol=1e-5)
