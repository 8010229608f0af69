"""Models: the flax module is the formula, and what a user's module may be."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx

import phasesim as ps
from phasesim import registry, rows
from phasesim.engines._evaluate import _scores
from phasesim.models._base import Model
from phasesim.parts import build

SIZES = [(1, 1), (2, 1), (3, 2), (5, 2), (2, 4), (20, 5)]


def random_params(n, m, seed=0):
    rng = np.random.default_rng(seed)
    return {"W": rng.normal(size=(m, n)).astype("f4"), "b": rng.normal(size=n).astype("f4")}


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize(
    ("name", "f"), [("relu_output", lambda a: np.maximum(a, 0)), ("linear", lambda a: a)]
)
def test_the_module_is_the_formula(name, f, n, m):
    params = random_params(n, m)
    x = np.random.default_rng(1).random((n, 50)).astype("f4")
    W, b = params["W"].astype(float), params["b"].astype(float)
    expected = f(W.T @ W @ x + b[:, None])
    made = build("model", name, "model").apply(params, jnp.asarray(x), m)
    # float32 against float64: sums of n·m products of size one
    np.testing.assert_allclose(made, expected, atol=2e-5)


@pytest.mark.parametrize("name", registry.names("model"))
def test_shapes_jit_vmap_and_finite_gradients(name):
    model = build("model", name, "model")
    n, m = 3, 2
    init = jax.jit(jax.vmap(lambda k: model.init(k, n, m)))
    params = init(jax.random.split(jax.random.key(0), 4))
    x = jnp.ones((n, 7))

    def loss(p):
        return jnp.sum(model.apply(p, x, m) ** 2)

    out = jax.vmap(lambda p: model.apply(p, x, m))(params)
    assert out.shape == (4, n, 7) and out.dtype == jnp.float32
    gradient = jax.jit(jax.vmap(jax.grad(loss)))(params)
    assert jax.tree.structure(gradient) == jax.tree.structure(params)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradient))


def test_directions():
    params = random_params(3, 2)
    W, b = ps.models.relu_output().directions(params)
    assert W is params["W"] and b is params["b"]
    assert ps.models.relu_output().directions({"Dense_0": {}}) is None


class dense(linen.Module):
    n: int
    m: int

    @linen.compact
    def __call__(self, x):
        hidden = linen.relu(linen.Dense(self.m)(x))
        return linen.Dense(self.n)(hidden)


class dense_nnx(nnx.Module):
    def __init__(self, n, m, rngs):
        self.encode, self.decode = nnx.Linear(n, m, rngs=rngs), nnx.Linear(m, n, rngs=rngs)

    def __call__(self, x):
        return self.decode(nnx.relu(self.encode(x)))


class with_linen(Model):
    def module(self, n, m):
        return dense(n, m)


class with_nnx(Model):
    def module(self, n, m):
        return lambda rngs: dense_nnx(n, m, rngs)


@pytest.mark.parametrize(
    ("cls", "first", "second"), [(with_linen, "Dense_0", "Dense_1"), (with_nnx, "encode", "decode")]
)
def test_modules_of_both_flax_interfaces(cls, first, second):
    model = object.__new__(cls)
    params = model.init(jax.random.key(0), 3, 2)
    x = np.random.default_rng(1).random((3, 9)).astype("f4")
    kernel = {k: np.asarray(params[k]["kernel"]) for k in (first, second)}
    bias = {k: np.asarray(params[k]["bias"])[:, None] for k in (first, second)}
    hidden = np.maximum(kernel[first].T @ x + bias[first], 0)
    # float32 sums of three products
    np.testing.assert_allclose(
        model.apply(params, jnp.asarray(x), 2), kernel[second].T @ hidden + bias[second], atol=1e-6
    )


@pytest.mark.parametrize(("W", "b"), [((3,), (3,)), ((3, 2), (2,)), ((2, 2, 3), (3,))])
def test_parameters_that_only_share_the_names_are_no_directions(W, b):
    # a user's module may call a vector, an (n, m) matrix or a stack of matrices W
    params = {"W": jnp.zeros(W), "b": jnp.zeros(b)}
    shapes = {name: leaf.shape for name, leaf in params.items()}
    experiment = ps.Experiment(n_features=3, n_hidden=2)
    fields, _ = rows.describe([experiment], [shapes])
    assert [len(fields[name].dims) for name in ("W", "b")] == [len(W), len(b)]
    scores = _scores(experiment, params, jnp.ones((3, 5)))
    assert scores.shape == (3, 5) and np.isnan(scores).all()


def test_the_coordinates_of_a_loss_curve_are_those_of_the_longest_run():
    short, long = (ps.Experiment(n_steps=n, record={"n_losses": 2}) for n in (4, 10))
    _, coords = rows.describe([short, long], [{"loss_curve": (2,)}] * 2)
    assert coords["loss_step"].tolist() == [5, 10]
