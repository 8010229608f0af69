"""The quadratic model, its target, and the pull of features to length 1."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim import registry
from phasesim.engines._gradient import objective
from phasesim.parts import build


def test_the_quadratic_model_is_its_formula():
    rng = np.random.default_rng(0)
    W, b, x = (rng.normal(size=s).astype("f4") for s in ((2, 3), (3,), (3, 7)))
    model = ps.models.quadratic()
    made = model.apply({"W": W, "b": b}, jnp.asarray(x), 2)
    expected = [x[:, k] @ W.T @ W @ x[:, k] + b for k in range(7)]
    # float32 sums of some ten products of size one
    np.testing.assert_allclose(made.T, expected, atol=1e-5, rtol=1e-5)
    hidden = model.hidden({"W": W, "b": b}, jnp.asarray(x), 2)
    np.testing.assert_allclose(hidden, model.activate(W @ x), atol=1e-5)


@pytest.mark.parametrize("name", registry.names("amplitude"))
def test_fourth_moments_are_those_of_the_quantiles(name):
    law = build("amplitude", name, "amplitude")
    x = law.quantile((np.arange(1_000_000) + 0.5) / 1_000_000)
    # the midpoint rule leaves out tails beyond 1e-6
    assert np.mean(x**4) == pytest.approx(law.fourth_moment, rel=5e-3)


@pytest.mark.parametrize("ratio", [0.0, 2.5])
@pytest.mark.parametrize(
    "law",
    [
        ps.distributions.sparse_uniform(density=0.4, amplitude="signed_uniform"),
        ps.distributions.correlated(set_size=2, density=0.4),
        ps.distributions.anticorrelated(set_size=2, set_density=0.8),
    ],
)
def test_moments_of_the_sum_of_squares(law, ratio):
    target = ps.targets.sum_of_squares(ratio=ratio)
    u = np.random.default_rng(0).random((law.n_uniforms(4), 200_000))
    x = law.from_uniform(u, 4)
    y = np.asarray(target.of(x))
    np.testing.assert_allclose(y[0], x[0] ** 2 + x[1] ** 2 + x[2] ** 2 + ratio * x[3] ** 2)
    assert np.array_equal(y, np.broadcast_to(y[:1], x.shape))
    # four standard errors of y, whose fourth moment is of size one
    np.testing.assert_allclose(y.mean(axis=1), target.mean(law, 4), atol=0.01)
    np.testing.assert_allclose(y.var(axis=1), target.variance(law, 4), atol=0.02)


def test_the_sum_of_squares_needs_to_know_what_is_active_together(tiny):
    with pytest.raises(ps.ConfigError, match=r"target.*states what is active together"):
        tiny(target="sum_of_squares", distribution={"name": "dataset", "n_samples": 4})


def test_the_pull_is_the_squared_distance_of_norms_from_1(tiny):
    rng = np.random.default_rng(0)
    W, b, x = rng.normal(size=(2, 3)), rng.normal(size=3), rng.random((3, 7))
    params = {"W": W.astype(np.float32), "b": b.astype(np.float32)}
    plain, pulled = (
        objective(tiny(regularizers=r), params, x.astype(np.float32))
        for r in ({}, {"unit_norm": {"coefficient": 0.25}})
    )
    expected = 0.25 * np.sum((np.linalg.norm(W, axis=0) - 1) ** 2)
    assert float(pulled - plain) == pytest.approx(expected, rel=1e-4)


def test_its_slope_is_the_step_of_the_authors(tiny):
    rng = np.random.default_rng(0)
    W = rng.normal(size=(2, 3)).astype("f4")
    W[:, 2] = 0
    experiment = tiny(regularizers={"unit_norm": {"coefficient": 0.25}})
    # with silent inputs nothing else has a slope
    params, x = {"W": jnp.asarray(W), "b": jnp.zeros(3)}, jnp.zeros((3, 7))
    slope = jax.grad(objective, argnums=1)(experiment, params, x)["W"]
    norm = np.linalg.norm(W[:, :2], axis=0)
    np.testing.assert_allclose(slope[:, :2], 0.5 * (1 - 1 / norm) * W[:, :2], rtol=1e-5)
    # no direction is preferred at 0, and nothing is infinite there
    assert np.array_equal(slope[:, 2], [0, 0])


def test_at_0_the_pull_is_absent(tiny):
    off = tiny(regularizers={"unit_norm": {"coefficient": 0.0}})
    assert off.cell_digest() == tiny().cell_digest()
