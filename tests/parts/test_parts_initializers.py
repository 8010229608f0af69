"""Where training starts: scales and shapes of the initialisers."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import phasesim as ps
from phasesim import registry
from phasesim.parts import build

N_MODELS = 4000


def starts(init, n=5, m=2, model=None):
    model = model or ps.models.relu_output()
    keys = jax.random.split(jax.random.key(3), N_MODELS)
    return jax.vmap(lambda k: init.params(model, k, n, m))(keys)


@pytest.mark.parametrize(
    ("init", "std"),
    [
        (ps.initializers.xavier(), lambda n, m: np.sqrt(2 / (n + m))),
        (ps.initializers.notebook(), lambda n, m: np.sqrt(2 / (n * m + 10 * m))),
        (ps.initializers.notebook(instances=80), lambda n, m: np.sqrt(2 / (n * m + 80 * m))),
        (ps.initializers.normal(std=0.3), lambda n, m: 0.3),
    ],
    ids=["xavier", "notebook", "notebook 80", "normal"],
)
@pytest.mark.parametrize(("n", "m"), [(5, 2), (2, 5)])
def test_the_spread_of_weights(init, std, n, m):
    params = starts(init, n, m)
    W = np.asarray(params["W"])
    assert W.shape == (N_MODELS, m, n) and W.dtype == np.float32
    # relative standard error of a standard deviation of 40,000 numbers: 1/√80,000 = 0.0035
    assert W.std() == pytest.approx(std(n, m), rel=5 * 0.0035)
    assert abs(W.mean()) < 5 * std(n, m) / np.sqrt(W.size)
    assert (np.asarray(params["b"]) == 0).all()
    # neither models nor entries repeat each other
    assert len(np.unique(W)) > 0.99 * W.size


@pytest.mark.parametrize("k", [2, 3, 5])
def test_a_polygon(k):
    W = np.asarray(starts(ps.initializers.k_gon(k=k, radius=2.0, std=0), 5, 3)["W"])[0]
    norm = np.linalg.norm(W, axis=0)
    np.testing.assert_allclose(norm[:k], 2, rtol=1e-6)
    assert (norm[k:] == 0).all()
    assert (W[2] == 0).all()
    cosine = (W.T @ W)[0, :k] / 4
    # float32 cosines
    np.testing.assert_allclose(cosine, np.cos(2 * np.pi * np.arange(k) / k), atol=1e-6)


def test_a_polygon_on_a_line_is_an_antipodal_pair():
    W = np.asarray(starts(ps.initializers.k_gon(k=2, std=0), 3, 1)["W"])[0]
    np.testing.assert_allclose(W, [[1, -1, 0]], atol=1e-6)


def test_the_noise_of_a_polygon():
    W = np.asarray(starts(ps.initializers.k_gon(k=2, radius=0, std=0.1), 5, 2)["W"])
    # as above
    assert W.std() == pytest.approx(0.1, rel=5 * 0.0035)


@pytest.mark.parametrize("name", [n for n in registry.names("init") if n != "from_store"])
def test_each_key_is_another_start_and_the_same_key_the_same(name):
    init = build("init", name, "init")
    one, two = starts(init)["W"], starts(init)["W"]
    assert np.array_equal(one, two)
    assert not np.array_equal(one[0], one[1])


def test_matrices_of_other_models_start_as_asked_and_vectors_as_the_model_says():
    from flax import linen

    class module(linen.Module):
        @linen.compact
        def __call__(self, x):
            hidden = linen.Dense(2)(x)
            return linen.Dense(5, bias_init=linen.initializers.ones_init())(hidden)

    model = type("dense", (type(ps.models.relu_output()),), {"module": lambda *_: module()})()
    params = starts(ps.initializers.normal(std=0.3), model=model)
    kernels = [np.asarray(params[f"Dense_{i}"]["kernel"]) for i in (0, 1)]
    for kernel in kernels:
        assert kernel.std() == pytest.approx(0.3, rel=5 * 0.0035)
    assert not np.array_equal(kernels[0].ravel(), kernels[1].ravel())
    assert (np.asarray(params["Dense_1"]["bias"]) == 1).all()


def test_a_start_from_a_store_needs_its_path():
    with pytest.raises(ps.ConfigError, match="path: found nothing"):
        ps.initializers.from_store()
