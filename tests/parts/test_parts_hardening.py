"""Dropout and adversarial training: by NumPy loops, absent at 0, and the same however cut."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.engines import _gradient
from phasesim.engines._draws import noise, sample
from phasesim.plan import Plan

RATE = "regularizers.dropout.rate"
RADIUS = "regularizers.adversarial.radius"
KEY = jnp.array([3, 4], jnp.uint32)
N, M, BATCH = 4, 3, 40


def one(**fields):
    """An experiment as the engine sees a single model's, its weights and a batch."""
    fields = {"importance": ps.importances.geometric(base=0.7), **fields}
    experiment = ps.Experiment(
        n_features=N, n_hidden=M, distribution=ps.distributions.sparse_uniform(density=0.5),
        **fields,
    )  # fmt: skip
    single = pytree.as_arrays(experiment, np.float32)
    pytree.register(single)
    rng = np.random.default_rng(0)
    params = {"W": rng.normal(size=(M, N)).astype("f4"), "b": rng.normal(size=N).astype("f4")}
    return single, params, sample(single, KEY, 0, BATCH)


def loss_of(out, x, experiment):
    return float(np.sum(experiment.importance.per_feature(N) * ((out - x) ** 2).mean(axis=1)))


def test_dropout_is_its_numpy_loop():
    e, params, x = one(model="relu_hidden", regularizers={"dropout": {"rate": 0.3}})
    (u,) = noise(e, KEY, 7, BATCH)
    W, b, x = params["W"].astype(float), params["b"].astype(float), np.asarray(x, float)
    h = np.maximum(W @ x, 0)
    for j in range(M):
        for k in range(BATCH):
            h[j, k] = h[j, k] / 0.7 if u[j, k] >= np.float32(0.3) else 0
    expected = loss_of(np.maximum(W.T @ h + b[:, None], 0), x, e)
    x32, objective = jnp.asarray(x, "f4"), jax.jit(_gradient.objective)
    assert float(objective(e, params, x32, [u])) == pytest.approx(expected, rel=1e-5)
    # what is measured of a model has no dropout in it
    assert float(objective(e, params, x32)) != pytest.approx(expected)


def test_masks_are_as_rare_as_the_rate_says_and_new_at_every_step():
    e, _, _ = one(regularizers={"dropout": {"rate": 0.3}, "hidden_l1": {"coefficient": 0.1}})
    masks = [np.asarray(noise(e, key, step, 4000)[0]) >= 0.3
             for key, step in ((KEY, 0), (KEY, 1), (KEY + 1, 0))]  # fmt: skip
    assert masks[0].shape == (M, 4000) and noise(e, KEY, 0, 4000)[1] is None
    for mask in masks:
        # 12,000 coins have a standard error of 0.0042
        assert abs(mask.mean() - 0.7) < 5 * 0.0042
    for other in masks[1:]:
        # two coins of 0.7 agree with probability 0.58, with a standard error of 0.0045
        assert abs((masks[0] == other).mean() - 0.58) < 5 * 0.0045
    # and they are no function of the inputs drawn by the same key
    active = np.asarray(sample(e, KEY, 0, 4000)) != 0
    together = np.corrcoef(np.vstack([active, masks[0]]))[:N, N:]
    assert np.abs(together).max() < 5 / np.sqrt(4000)


@pytest.mark.parametrize("attack", ["feature", "gradient"])
def test_an_attack_is_its_numpy_loop(attack):
    regularizers = {"adversarial": {"radius": 0.2, "attack": attack}}
    e, params, x = one(model="linear", regularizers=regularizers)
    drawn = noise(e, KEY, 2, BATCH)
    W, b, x = params["W"].astype(float), params["b"].astype(float), np.asarray(x, float)
    G, importance = W.T @ W, e.importance.per_feature(N)
    size = 0.2 * np.mean([np.sqrt(np.sum(x[:, k] ** 2)) for k in range(BATCH)])
    moved, chosen = x.copy(), []
    for k in range(BATCH):
        if attack == "feature":
            chosen.append(int(drawn[0][0, k] * N))
            way = G[chosen[-1]]
        else:
            way = 2 * (importance * (G @ x[:, k] + b - x[:, k])) @ G
        moved[:, k] += size * way / np.linalg.norm(way)
    assert attack == "gradient" or set(chosen) == set(range(N))
    expected = loss_of(G @ moved + b[:, None], x, e)
    x = jnp.asarray(x, "f4")
    found = jax.jit(_gradient.objective)(e, params, x, drawn)
    assert float(found) == pytest.approx(expected, rel=1e-5)
    clean = loss_of(G @ np.asarray(x, float) + b[:, None], x, e)
    # up the gradient is up; raising an output that was too low is not
    assert expected > 1.02 * clean if attack == "gradient" else expected != clean


def test_the_fast_gradient_under_attack_is_that_of_autodiff():
    e, params, x = one(regularizers={"adversarial": {"radius": 0.3}})
    assert _gradient.by_hand(e)
    drawn = noise(e, KEY, 0, BATCH)
    made = jax.jit(_gradient.loss_and_gradient)(e, params, x, drawn)
    by_autodiff = jax.jit(jax.value_and_grad(_gradient.objective, argnums=1))
    expected = by_autodiff(e, params, x, drawn)
    for a, b in zip(jax.tree.leaves(made), jax.tree.leaves(expected), strict=True):
        # float32 sums of a few dozen terms in another order
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * float(jnp.abs(b).max()))


def test_where_nothing_is_wrong_the_gradient_attack_moves_nothing():
    e, params, x = one(regularizers={"adversarial": {"radius": 0.5, "attack": "gradient"}})
    silent = {"W": 0 * params["W"], "b": 0 * params["b"] - 1}
    # outputs are 0 whatever the inputs, so there is no way up
    assert float(_gradient.objective(e, silent, x, [None])) == loss_of(0 * x, x, e)


@pytest.mark.slow
def test_at_0_it_is_bitwise_absent_and_swept_it_is_what_it_is_alone(tiny_sweep):
    lanes = Plan(tiny_sweep()).lanes[0]
    # more cells than a tile holds: other neighbours and another lane than alone
    rates = [*np.linspace(0.1, 0.4, lanes + 3).tolist(), 0.0, 0.5]
    swept = ps.run(tiny_sweep(axes=[ps.values(RATE, rates)]))
    for at, regularizers in [(-2, {}), (-1, {"dropout": {"rate": 0.5}})]:
        single = ps.run(tiny_sweep(axes=[], regularizers=regularizers))
        for name in ("W", "b", "loss", "loss_curve"):
            assert np.array_equal(swept.stored(name)[at], single.stored(name)), (at, name)
    assert (swept.params()["W"][-2] != swept.params()["W"][-1]).any(axis=(1, 2)).all()


@pytest.mark.slow
@pytest.mark.parametrize("draws", ["shared", "independent"])
def test_the_same_holds_of_both_at_once(tiny_sweep, draws):
    same = {"n_seeds": 2, "draws": draws}
    lanes = Plan(tiny_sweep(**same)).lanes[0]
    rates = [*np.linspace(0.1, 0.4, lanes + 3).tolist(), 0.0, 0.5]
    swept = ps.run(tiny_sweep(axes=[ps.values(RADIUS, [0.3, 0.0]), ps.values(RATE, rates)], **same))
    alone = {
        (1, -2): {},
        (1, -1): {"dropout": {"rate": 0.5}},
        (0, -2): {"adversarial": {"radius": float(np.float32(0.3))}},
    }
    W = []
    for at, regularizers in alone.items():
        single = ps.run(tiny_sweep(axes=[], regularizers=regularizers, **same))
        for name in ("W", "b", "loss", "loss_curve"):
            assert np.array_equal(swept.stored(name)[at], single.stored(name)), (at, name)
        W.append(single.params()["W"])
    both = swept.params()["W"][0, -1]
    for one, other in itertools.combinations([*W, both], 2):
        assert (one != other).any(axis=(1, 2)).all()


def test_at_rate_1_only_decay_moves_the_weights_and_it_has_either_sign(tiny_sweep):
    sweep = tiny_sweep(
        axes=[ps.values("optimizer.weight_decay", [-0.5, 0.0, 0.5])], record={"snapshots": 2},
        optimizer={"name": "sgd", "learning_rate": 0.1}, regularizers={"dropout": {"rate": 1.0}},
    )  # fmt: skip
    result = ps.run(sweep)
    start, end = np.moveaxis(result.stored("W_snapshot"), 2, 0)
    factor = (1 - 0.1 * np.array([-0.5, 0.0, 0.5])) ** sweep.experiment.n_steps
    # twenty products in float32
    np.testing.assert_allclose(end, factor[:, None, None, None] * start, rtol=1e-5)


@pytest.mark.slow
def test_training_under_attack_makes_the_attacked_loss_smaller(tiny_sweep):
    sweep = tiny_sweep(
        axes=[ps.values(RADIUS, [0.0, 1.0])], n_features=N, n_hidden=M, n_steps=600, n_seeds=3,
        distribution=ps.distributions.sparse_uniform(density=0.5),
        optimizer={"name": "adam", "learning_rate": 1e-2},
    )  # fmt: skip
    result = ps.run(sweep)
    e, _, x = one(importance="uniform", regularizers={"adversarial": {"radius": 1.0}})
    u = noise(e, KEY, 0, BATCH)
    each = jax.vmap(lambda W, b: _gradient.objective(e, {"W": W, "b": b}, x, u))
    attacked = np.array([each(W, b) for W, b in zip(*result.params().values(), strict=True)])
    assert (attacked[1] < 0.8 * attacked[0]).all()


def test_what_they_cannot_do_is_said(tiny, tiny_sweep):
    refused = [
        ({"dropout": {"rate": 1.5}}, r"dropout\.rate: found 1.5, expected a number in \[0, 1\]"),
        ({"adversarial": {"radius": -1}}, r"adversarial\.radius"),
        ({"adversarial": {"radius": 1, "attack": "none"}}, "one of feature, gradient"),
    ]
    for regularizers, message in refused:
        with pytest.raises(ps.ConfigError, match=message):
            tiny(regularizers=regularizers)
    strong = {"adversarial": {"radius": 0.1}}
    with pytest.raises(ps.ConfigError, match=r"^regularizers\.adversarial\.attack: .*not linear"):
        tiny(model="relu_hidden", regularizers=strong)
    for regularizers in (strong, {"dropout": {"rate": 0.1}}):
        with pytest.raises(ps.ConfigError, match="does not cover this regularizers"):
            tiny(engine="population", regularizers=regularizers)
    absent = tiny_sweep(axes=[]).experiment.cell_digest()
    off = {"dropout": {"rate": 0.0}, "adversarial": {"radius": 0.0}}
    assert tiny_sweep(axes=[], regularizers=off).experiment.cell_digest() == absent
    # the same program with the same keys: at 0 not one bit differs
    assert pytree.structure(tiny(regularizers=off)) == pytree.structure(tiny())
