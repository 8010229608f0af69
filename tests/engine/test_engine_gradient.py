"""The hand-written gradient is the gradient of the objective through the flax module."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.engines import _gradient
from phasesim.engines._draws import sample
from phasesim.engines._program import CPU_OPTIONS
from phasesim.models._kernels import products, tied_gradient, unrolls

SIZES = [(1, 1), (3, 2), (2, 3), (5, 5), (20, 9), (60, 3)]
LANES, BATCH = 4, 64


def tile(n, m, model):
    """A stacked experiment with different importances, its parameters and one batch."""
    weights = tuple(np.linspace(1, 0.25, n))
    experiment = ps.Experiment(
        n_features=n,
        n_hidden=m,
        model=model,
        importance=ps.importances.values(weights=weights),
        distribution=ps.distributions.sparse_uniform(density=0.4),
    )
    stacked = pytree.stack(experiment, {}, LANES, np.float32)
    pytree.register(stacked)
    rng = np.random.default_rng(n * 100 + m)
    params = {
        "W": jnp.asarray(rng.normal(size=(LANES, m, n)), "float32"),
        "b": jnp.asarray(rng.normal(size=(LANES, n)), "float32"),
    }
    keys = jnp.arange(2 * LANES, dtype=jnp.uint32).reshape(LANES, 2)
    return stacked, params, jax.vmap(lambda e, k: sample(e, k, 0, BATCH))(stacked, keys)


def by_autodiff(experiment, params, x):
    return jax.vmap(jax.value_and_grad(_gradient.objective, argnums=1))(experiment, params, x)


def as_trained(experiment, params, x):
    return jax.vmap(_gradient.loss_and_gradient)(experiment, params, x)


def assert_close(made, expected):
    """1e-5 of the largest entry: float32 sums of a few hundred terms in another order."""
    for a, e in zip(jax.tree.leaves(made), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-5, atol=1e-5 * float(jnp.abs(e).max()))


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("model", ["relu_output", "linear"])
def test_both_forms_against_autodiff(model, n, m):
    stacked, params, x = tile(n, m, model)
    importance = jax.vmap(lambda e: e.importance.per_feature(n))(stacked)
    expected = jax.jit(by_autodiff)(stacked, params, x)
    relu = model == "relu_output"
    assert stacked.model.gradient is not None
    assert _gradient.by_hand(stacked)
    assert_close(jax.jit(as_trained)(stacked, params, x), expected)
    if unrolls(n, m):  # the form that was not chosen; long sums written out compile for long
        tiled = jax.jit(jax.vmap(lambda *a: tied_gradient(*a, relu=relu, form=products)))
        assert_close(tiled(params, x, x, importance), expected)


def test_both_forms_are_chosen_among_these_sizes():
    assert {unrolls(n, m) for n, m in SIZES} == {True, False}


def test_against_central_differences_in_float64():
    n, m = 3, 2
    rng = np.random.default_rng(5)
    W, b, x = rng.normal(size=(m, n)), rng.normal(size=n), rng.random((n, 200))
    weights = np.array([1.0, 0.5, 2.0])

    def loss(W, b):
        out = np.maximum(W.T @ W @ x + b[:, None], 0)
        return np.sum(weights * ((out - x) ** 2).mean(axis=1))

    W32, b32, x32, weights32 = (jnp.asarray(a, "float32") for a in (W, b, x, weights))
    made = tied_gradient({"W": W32, "b": b32}, x32, x32, weights32, relu=True, form=products)
    assert float(made[0]) == pytest.approx(loss(W, b), rel=1e-6)  # float32
    step = 1e-6
    for name, array in (("W", W), ("b", b)):
        for index in np.ndindex(array.shape):
            moved = []
            for sign in (1, -1):
                changed = {"W": W.copy(), "b": b.copy()}
                changed[name][index] += sign * step
                moved.append(loss(**changed))
            slope = (moved[0] - moved[1]) / (2 * step)
            # float32 against differences whose own error is about 1e-9 / step
            assert float(made[1][name][index]) == pytest.approx(slope, abs=2e-5)


@pytest.mark.parametrize(("n", "m"), [(5, 2), (40, 5)])
def test_fast_and_plain_path_train_the_same_weights(monkeypatch, n, m):
    """100 steps on the same draws, once by hand and once through autodiff and flax."""
    stacked, params, _ = tile(n, m, "relu_output")
    params["W"] /= np.sqrt(n)  # of the size that training starts from
    key = jnp.array([1, 2], jnp.uint32)
    adam = optax.adamw(1e-2, weight_decay=1e-2)

    def train():
        # rounding as in the engine: its options allow sums to be reassociated
        @partial(jax.jit, compiler_options=CPU_OPTIONS)
        def run(params):
            def step(i, carry):
                params, state = carry
                x = jax.vmap(lambda e: sample(e, key, i, BATCH))(stacked)
                gradient = as_trained(stacked, params, x)[1]
                updates, state = adam.update(gradient, state, params)
                return optax.apply_updates(params, updates), state

            return jax.lax.fori_loop(0, 100, step, (params, adam.init(params)))[0]

        return run(params)

    fast = train()
    monkeypatch.setattr(ps.models.relu_output, "gradient", None)
    assert not _gradient.by_hand(stacked)
    plain = train()
    assert not np.array_equal(fast["W"], params["W"])
    for name in ("W", "b"):
        # Adam divides by the root of the second moment, which carries rounding of 1e-7 over
        # 100 steps of 1e-2: far below 1e-4
        np.testing.assert_allclose(fast[name], plain[name], atol=1e-4)


def test_another_loss_takes_the_plain_path():
    stacked, params, x = tile(3, 2, "relu_output")

    class absolute(type(stacked.loss)):
        def pointwise(self, output, target):
            return jnp.abs(output - target)

    object.__setattr__(stacked, "loss", object.__new__(absolute))
    pytree.register(stacked)
    assert not _gradient.by_hand(stacked)
    loss, gradient = as_trained(stacked, params, x)
    out = jnp.maximum(jnp.einsum("lmi,lmj,ljb->lib", params["W"], params["W"], x)
                      + params["b"][:, :, None], 0)  # fmt: skip
    weights = np.linspace(1, 0.25, 3)[None, :, None]
    # float32 sums
    np.testing.assert_allclose(
        loss, (weights * np.abs(out - x)).mean(axis=2).sum(axis=1), rtol=1e-5
    )
    assert np.isfinite(gradient["W"]).all()


def test_the_definition_is_strict_about_types():
    """Everything but Adam's bias correction in optax keeps float32 without implicit promotion."""
    stacked, params, x = tile(3, 2, "relu_output")
    key = jnp.array([1, 2], jnp.uint32)
    with jax.numpy_dtype_promotion("strict"):
        batch = jax.vmap(lambda e: sample(e, key, jnp.int32(3), BATCH))(stacked)
        loss, gradient = as_trained(stacked, params, batch)
        plain = by_autodiff(stacked, params, batch)
    found = jax.tree.leaves((batch, loss, gradient, plain))
    assert {leaf.dtype for leaf in found} == {np.dtype("float32")}
    assert x.dtype == np.float32
