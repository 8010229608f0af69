"""The model with neurons, its activations, and the detection of activity."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen
from scipy import special

import phasesim as ps
from phasesim import pytree, registry
from phasesim.engines import _gradient
from phasesim.engines._evaluate import evaluate
from phasesim.models._base import Model
from phasesim.percell import null_losses

FORMULAS = {
    "relu": lambda z: np.maximum(z, 0),
    "gelu": lambda z: z * special.ndtr(z),
    "sigmoid": special.expit,
    "tanh": np.tanh,
    "identity": lambda z: z,
}


def params_of(n, m, seed=0):
    rng = np.random.default_rng(seed)
    return {"W": rng.normal(size=(m, n)).astype("f4"), "b": rng.normal(size=n).astype("f4")}


def test_every_activation_has_its_formula_here():
    assert sorted(FORMULAS) == registry.names("activation")


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_an_activation_is_its_formula_and_says_its_sign(name):
    z = np.linspace(-6, 6, 241)
    activation = registry.get("activation", name)()
    # float32 of values up to 6
    np.testing.assert_allclose(activation.of(jnp.asarray(z)), FORMULAS[name](z), atol=2e-6)
    assert activation.signed == bool((FORMULAS[name](z) < 0).any())


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_the_hidden_layer_model_is_its_formula(name):
    n, m = 4, 3
    params = params_of(n, m)
    x = np.random.default_rng(1).random((n, 50))
    model = ps.models.relu_hidden(activation=name, output="identity")
    h = FORMULAS[name](params["W"].astype(float) @ x)
    out = params["W"].astype(float).T @ h + params["b"][:, None]
    found = model.hidden(params, jnp.asarray(x, "f4"), m)
    # float32 sums of a dozen products of size one
    np.testing.assert_allclose(found, h, atol=1e-5)
    np.testing.assert_allclose(model.decode(params, found, n), out, atol=1e-5)
    np.testing.assert_allclose(model.apply(params, jnp.asarray(x, "f4"), m), out, atol=1e-5)


@pytest.mark.parametrize(("n", "m"), [(3, 2), (20, 9)])
@pytest.mark.parametrize(
    ("activation", "output"), [("relu", "relu"), ("gelu", "identity"), ("tanh", "relu")]
)
def test_its_fast_gradient_is_that_of_autodiff(activation, output, n, m):
    experiment = ps.Experiment(
        n_features=n,
        n_hidden=m,
        model=ps.models.relu_hidden(activation=activation, output=output),
        importance=ps.importances.geometric(base=0.8),
        distribution=ps.distributions.sparse_uniform(density=0.4),
    )
    assert _gradient.by_hand(experiment)
    single = pytree.as_arrays(experiment, np.float32)
    pytree.register(single)
    x = experiment.distribution.sample(jax.random.key(0), 64, n)
    made = jax.jit(_gradient.loss_and_gradient)(single, params_of(n, m), x)
    expected = jax.jit(jax.value_and_grad(_gradient.objective, argnums=1))(
        single, params_of(n, m), x
    )
    for a, e in zip(jax.tree.leaves(made), jax.tree.leaves(expected), strict=True):
        # float32 sums of a few hundred terms in another order
        np.testing.assert_allclose(a, e, rtol=1e-5, atol=1e-5 * float(jnp.abs(e).max()))


def test_an_output_without_a_fast_gradient_takes_the_plain_path():
    experiment = ps.Experiment(model=ps.models.relu_hidden(output="sigmoid"))
    assert experiment.model.gradient is None and not _gradient.by_hand(experiment)


def detection(density, **more):
    return ps.Experiment(
        n_features=2,
        n_hidden=2,
        target="detect",
        loss="logistic",
        model=ps.models.relu_hidden(output="identity"),
        distribution=ps.distributions.sparse_uniform(density=density, amplitude="bernoulli"),
        **more,
    )


def test_the_null_loss_of_detection_is_the_entropy():
    p = np.array([0.3, 1.0])
    expected = -(0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    assert detection(p).null_loss() == pytest.approx(expected)
    sweep = ps.Sweep(detection(0.5), axes=[ps.values("distribution.density", [0.5, 0.25])])
    quarter = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))
    np.testing.assert_allclose(null_losses(sweep), [2 * np.log(2), 2 * quarter])


def test_the_logistic_loss_is_that_of_probabilities():
    o = np.linspace(-30, 30, 61)
    for t in (0.0, 1.0):
        expected = -t * special.log_expit(o) - (1 - t) * special.log_expit(-o)
        np.testing.assert_allclose(ps.losses.logistic().pointwise(o, np.full(61, t)), expected)
    np.testing.assert_allclose(ps.losses.logistic().estimate(o), special.expit(o))
    slope = jax.grad(lambda o: ps.losses.logistic().pointwise(o, 1.0))(jnp.float32(0.0))
    assert float(slope) == -0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"target": "identity"}, "target of 0 and 1"), ({"model": "relu_output"}, "both signs")],
)
def test_what_is_no_detection_is_refused(changes, message):
    with pytest.raises(ps.ConfigError, match=message):
        detection(0.5).replace(**changes)


def test_detection_is_read_out_as_probabilities_and_can_be_learned():
    single = pytree.as_arrays(detection(0.3), np.float32)
    pytree.register(single)
    certain = {"W": np.eye(2, dtype="f4") * 20, "b": np.full(2, -200, "f4")}
    found = jax.jit(evaluate)(single, certain, jnp.array([1, 2], jnp.uint32))
    # logits of ±200: certain and right
    assert float(found.loss) == 0
    # one but for the rounding of a float32 sum
    np.testing.assert_allclose(found.readout_auc, 1, atol=1e-6)
    assert (np.asarray(found.false_activation) == 0).all()
    assert (np.asarray(found.leaked_energy) == 0).all()

    @jax.jit
    def learn(params):
        x = single.distribution.sample(jax.random.key(0), 256, 2)

        def step(_, p):
            gradient = _gradient.loss_and_gradient(single, p, x)[1]
            return jax.tree.map(lambda leaf, g: leaf - g, p, gradient)

        params = jax.lax.fori_loop(0, 300, step, params)
        return _gradient.loss_and_gradient(single, params, x)[0]

    start = {"W": np.eye(2, dtype="f4"), "b": np.zeros(2, "f4")}
    assert float(learn(start)) < 0.1 * detection(0.3).null_loss()


def test_a_model_without_hidden_units_says_what_it_lacks():
    class flat(linen.Module):
        @linen.compact
        def __call__(self, x):
            return linen.Dense(x.shape[1])(x)

    class without_units(Model):
        def module(self, n_features, n_hidden):
            return flat()

    model = object.__new__(without_units)
    params = model.init(jax.random.key(0), 2, 1)
    with pytest.raises(ps.PhasesimError, match="flat has no method 'hidden', expected hidden"):
        model.hidden(params, jnp.ones((2, 3)), 1)
    with pytest.raises(ps.PhasesimError, match="flat has no method 'decode'"):
        model.decode(params, jnp.ones((1, 3)), 2)
