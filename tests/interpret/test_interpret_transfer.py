"""Transfer of explanations: the derived values on planted models, and its steps against loops."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import phasesim as ps
from phasesim.interpret import _effects

DATA = ("", "_densities", "_removed")


@pytest.fixture(scope="module")
def found(measure):
    """Two orthogonal features, two antipodal ones on one neuron; six seeds of each."""
    experiment = ps.Experiment(
        n_features=2, n_hidden=2, distribution=ps.distributions.sparse_uniform(density=0.02)
    )
    Ws = [*[np.eye(2)] * 6, *[[[1, -1], [0, 0]]] * 6]
    return measure("transfer", experiment, Ws, n_samples=1 << 17, n_steps=600)


def test_on_orthogonal_directions_every_explanation_holds(found):
    for by in ("", "_neurons"):
        for data in DATA:
            for name in ("r2", "named"):
                np.testing.assert_allclose(found[f"{name}{data}{by}"][:6], 1, atol=1e-6)
        for data in DATA[1:]:
            np.testing.assert_allclose(found[f"drop{data}{by}"][:6], 0, atol=1e-6)
    assert (found["named_latents"][:6] > 0.98).all()
    assert (np.abs(found["drop_densities_latents"][:6]) < 0.02).all()
    assert (found["named_random"][:6] < 0.98).any()


def test_an_antipodal_pair_shares_a_neuron_but_no_direction(found):
    pair = {name: values[6:] for name, values in found.items()}
    for data in DATA:
        # but for the one sample in fifty, or fewer, in which both are active
        np.testing.assert_allclose(pair[f"r2{data}"], 1, atol=0.02)
        np.testing.assert_allclose(pair[f"named{data}"], 1, atol=0.02)
        # trained for 600 steps, they answer to the other feature a little
        assert (pair[f"named{data}_latents"] > 0.9).all()
    # 2,600 samples of each: the standard error of a share is 0.01, of what follows 0.02
    np.testing.assert_allclose(pair["r2_neurons"], 1, atol=0.01)
    np.testing.assert_allclose(pair["named_neurons"], 0.5, atol=0.04)
    # shares 1/17 and 16/17, less where both are active
    low, high = 1 / 17, 16 / 17
    r2 = 1 - 2 * (high - 0.5) ** 2 / (low**2 + high**2)
    np.testing.assert_allclose(pair["r2_densities_neurons"], r2, atol=0.08)
    np.testing.assert_allclose(pair["r2_removed_neurons"], 0.5, atol=0.08)
    np.testing.assert_allclose(pair["drop_removed_neurons"], 0.5, atol=0.08)
    # the feature that is gone may be the one that named the neuron
    named = pair["named_removed_neurons"]
    assert ((named < 1e-6) | (named > 1 - 1e-6)).all()


def test_effects_against_loops():
    rng = np.random.default_rng(0)
    W, h = rng.normal(size=(3, 4)), rng.normal(size=(3, 50))
    rest, rows, x = rng.normal(size=(3, 1)), rng.normal(size=(4, 3)), rng.random((4, 50)) < 0.5
    decode = lambda h: jnp.maximum(W.T @ h, 0)  # noqa: E731
    given = decode, jnp.asarray(h), jnp.asarray(x)
    made = _effects.effects(*given, _effects.along(jnp.asarray(rows), rest))
    single = _effects.effects(*given, _effects.neurons(rest))
    for u, row in enumerate(rows):
        unit = row[:, None] / np.linalg.norm(row)
        edited = np.where(x[u], h - unit * (unit.T @ (h - rest)), h)
        change = np.maximum(W.T @ edited, 0) - np.maximum(W.T @ h, 0)
        # float32
        np.testing.assert_allclose(made[u], (change**2).mean(axis=1), rtol=1e-4)
    for j in range(3):
        edited = np.where(np.arange(3)[:, None] == j, rest, h)
        change = np.maximum(W.T @ edited, 0) - np.maximum(W.T @ h, 0)
        np.testing.assert_allclose(single[j], (change**2).mean(axis=1), rtol=1e-4)


def test_agreement_by_its_formulas():
    rng = np.random.default_rng(1)
    predicted, actual = rng.random((2, 3, 5))
    predicted[2] = 0
    made = _effects.agreement(jnp.asarray(predicted), jnp.asarray(actual))
    weight = actual.sum(axis=1)
    p = predicted / np.maximum(predicted.sum(axis=1, keepdims=True), 1e-12)
    q = actual / actual.sum(axis=1, keepdims=True)
    r2 = 1 - (weight * ((p - q) ** 2).sum(axis=1)).sum() / (weight * (q**2).sum(axis=1)).sum()
    assert float(made["r2"]) == pytest.approx(r2, rel=1e-5)
    ranks = [stats.spearmanr(predicted[u], actual[u]).statistic for u in range(2)]
    assert float(made["rank"]) == pytest.approx(weight[:2] @ ranks / weight.sum(), rel=1e-5)
    named = sum(actual[u, predicted[u].argmax()] for u in range(2)) / weight.sum()
    assert float(made["named"]) == pytest.approx(named, rel=1e-5)
    nothing = _effects.agreement(jnp.asarray(predicted), jnp.zeros((3, 5)))
    assert all(np.isnan(v) for v in nothing.values())


def test_one_autoencoder_is_asked_for():
    with pytest.raises(ps.ConfigError, match=r"autoencoder\.k: found 2 numbers, expected one"):
        ps.interpret.transfer(autoencoder={"name": "top_k", "k": [1, 2]})
