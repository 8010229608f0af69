"""Models with a decoder of their own, absolute values, and the L1 term on any hidden units."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree, registry
from phasesim.engines import _gradient
from phasesim.engines._evaluate import evaluate
from phasesim.models._kernels import products, unrolls, untied_gradient
from phasesim.parts import build

SIZES = [(1, 1), (3, 6), (20, 9)]


def params_of(n, m, seed=0):
    rng = np.random.default_rng(seed)
    shapes = {"W_in": (m, n), "W_out": (n, m), "b": (n,)}
    return {name: rng.normal(size=shape).astype("f4") for name, shape in shapes.items()}


def single(**fields):
    made = pytree.as_arrays(ps.Experiment(**fields), np.float32)
    pytree.register(made)
    return made


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize(
    ("model", "act", "out"),
    [
        ("untied", lambda z: z, lambda a: np.maximum(a, 0)),
        ("absolute", lambda z: np.maximum(z, 0), lambda a: np.maximum(a, 0)),
        ({"name": "untied", "activation": "tanh", "output": "identity"}, np.tanh, lambda a: a),
    ],
)
def test_the_module_is_the_formula_and_the_fast_gradient_that_of_autodiff(model, act, out, n, m):
    params = params_of(n, m)
    x = np.random.default_rng(1).uniform(-1, 1, (n, 50))
    W_in, W_out, b = (params[k].astype(float) for k in ("W_in", "W_out", "b"))
    h = act(W_in @ x)
    made, x32 = build("model", model, "model"), jnp.asarray(x, "f4")
    # float32 sums of up to twenty products of size one
    np.testing.assert_allclose(made.hidden(params, x32, m), h, atol=2e-5)
    expected = out(W_out @ h + b[:, None])
    np.testing.assert_allclose(made.apply(params, x32, m), expected, atol=5e-5)
    np.testing.assert_allclose(made.decode(params, jnp.asarray(h, "f4"), n), expected, atol=5e-5)

    e = single(n_features=n, n_hidden=m, model=model, target="absolute",
               importance=ps.importances.geometric(base=0.8))  # fmt: skip
    assert _gradient.by_hand(e)
    by_autodiff = jax.jit(jax.value_and_grad(_gradient.objective, argnums=1))(e, params, x32)
    weights = jnp.asarray(e.importance.per_feature(n), "f4")
    gradient = e.model.gradient
    both = [jax.jit(_gradient.loss_and_gradient)(e, params, x32)]
    if unrolls(n, m):
        other = jax.jit(partial(gradient, form=products))
        both.append(other(params, x32, abs(x32), weights))
    for found in both:
        for a, g in zip(jax.tree.leaves(found), jax.tree.leaves(by_autodiff), strict=True):
            # float32 sums of a few hundred terms in another order
            np.testing.assert_allclose(a, g, rtol=1e-5, atol=2e-5 * float(jnp.abs(g).max()))


def test_both_forms_are_chosen_among_these_sizes():
    assert {unrolls(n, m) for n, m in SIZES} == {True, False}


def test_two_layers_of_one_matrix_have_the_gradient_of_a_tied_model():
    n, m = 4, 2
    W, b = params_of(n, m)["W_in"], params_of(n, m)["b"]
    x = np.random.default_rng(1).random((n, 30)).astype("f4")
    ones = jnp.ones(n)
    loss, apart = untied_gradient({"W_in": W, "W_out": W.T, "b": b}, x, x, ones, relu=True)
    again, tied = ps.models.relu_output().gradient({"W": W, "b": b}, x, x, ones)
    assert float(loss) == pytest.approx(float(again), rel=1e-6)
    np.testing.assert_allclose(apart["W_in"] + apart["W_out"].T, tied["W"], rtol=1e-4, atol=1e-5)


def test_linear_maps():
    params = params_of(3, 2)
    tied = {"W": params["W_in"], "b": params["b"]}
    product = params["W_out"] @ params["W_in"]
    np.testing.assert_allclose(ps.models.untied().linear_map(params), product, rtol=1e-5)
    gram = params["W_in"].T @ params["W_in"]
    for name in ("relu_output", "linear"):
        found = build("model", name, "model").linear_map(tied)
        np.testing.assert_allclose(found, gram, rtol=1e-5, atol=1e-6)
    for model in (ps.models.absolute(), ps.models.relu_hidden()):
        assert model.linear_map is None


def test_six_neurons_compute_three_absolute_values_and_features_are_read_from_them():
    n, m = 3, 6
    W_in = np.zeros((m, n), "f4")
    for i in range(n):
        W_in[2 * i : 2 * i + 2, i] = [1, -1]
    planted = {"W_in": W_in, "W_out": np.abs(W_in).T, "b": np.zeros(n, "f4")}
    e = single(
        n_features=n, n_hidden=m, model="absolute", target="absolute",
        distribution={"name": "sparse_uniform", "density": 0.5, "amplitude": "signed_uniform"},
    )  # fmt: skip
    found = jax.jit(evaluate)(e, planted, jnp.array([1, 2], jnp.uint32))
    assert float(found.loss) == 0
    np.testing.assert_allclose(found.readout_r2, 1, atol=1e-5)


@pytest.mark.parametrize("name", registry.names("amplitude"))
def test_moments_of_absolute_values(name):
    law = ps.distributions.sparse_uniform(density=[0.3, 0.9], amplitude=name)
    v = (np.arange(400_000) + 0.5) / 400_000
    mean = np.abs(law.amplitude.quantile(v)).mean()
    # the midpoint rule misses at most the tail beyond the last of 400,000 strips
    assert law.amplitude.absolute_mean == pytest.approx(mean, abs=1e-4)
    target, p = ps.targets.absolute(), np.array([0.3, 0.9])
    np.testing.assert_allclose(target.mean(law, 2), p * law.amplitude.absolute_mean)
    square = p * law.amplitude.second_moment
    np.testing.assert_allclose(target.variance(law, 2), square - target.mean(law, 2) ** 2)
    null = ps.Experiment(n_features=2, distribution=law, target="absolute").null_loss()
    assert null == pytest.approx(target.variance(law, 2).sum())


@pytest.mark.slow
def test_a_sweep_trains_and_stores_both_layers(tiny_sweep):
    sweep = tiny_sweep(
        n_hidden=6, model="absolute", target="absolute", n_steps=1500, batch_size=64, n_seeds=4,
        distribution={"name": "sparse_uniform", "amplitude": "signed_uniform"},
        axes=[ps.values("distribution.density", [1.0, 0.5])], record={"snapshots": 2},
        optimizer={"name": "adam", "learning_rate": 1e-2, "schedule": "cosine"},
    )  # fmt: skip
    result = ps.run(sweep)
    assert set(result.params()) == {"W_in", "W_out", "b"}
    assert result.stored("W_out").shape == (2, 4, 3, 6)
    assert result.stored("W_in_snapshot").shape == (2, 4, 2, 6, 3)
    # six neurons are enough for three absolute values
    assert (result.metric("normalized_loss", "best") < 0.02).all()
    with pytest.raises(ps.PhasesimError, match="needs W and b"):
        result.metric("superposition")


@pytest.mark.slow
def test_a_decoder_of_its_own_does_what_a_tied_one_does(tiny_sweep):
    sweep = tiny_sweep(
        axes=[ps.values("model.name", ["relu_output", "untied"])], n_steps=1500, batch_size=256,
        optimizer={"name": "adam", "learning_rate": 1e-2, "schedule": "cosine"}, n_seeds=4,
    )  # fmt: skip
    best = ps.run(sweep).metric("normalized_loss", "best")
    assert best[1] == pytest.approx(best[0], abs=0.05)


@pytest.mark.parametrize("model", ["relu_hidden", "absolute", "relu_output"])
def test_the_l1_term_is_on_the_hidden_units_of_any_model(model):
    n, m = 3, 2
    e = single(n_features=n, n_hidden=m, model=model,
               regularizers={"hidden_l1": {"coefficient": 0.25}})  # fmt: skip
    params = params_of(n, m)
    W = params["W_in"].astype(float)
    if model != "absolute":
        params = {"W": params["W_in"], "b": params["b"]}
    x = np.random.default_rng(2).random((n, 30))
    h = W @ x if model == "relu_output" else np.maximum(W @ x, 0)
    expected = 0.25 * np.mean([np.sum(np.abs(h[:, k])) for k in range(30)])
    term = e.regularizers[0].penalty(e.model, params, jnp.asarray(x, "f4"), m)
    assert float(term) == pytest.approx(expected, rel=1e-5)
