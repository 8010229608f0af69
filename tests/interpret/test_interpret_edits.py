"""Saliency and edits of directions: loops, SciPy, and planted models."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import phasesim as ps
from phasesim.interpret import _attribution
from phasesim.interpret.saliency import METHODS


def test_attributions_and_effects_against_the_definitions():
    z = np.array([0.5, -1.0, 0.0, 2.0])
    output = lambda v: jnp.tanh(v[0]) * v[3] + v[1] ** 2 + v[2]  # noqa: E731
    slope = np.array([(1 - np.tanh(0.5) ** 2) * 2, -2.0, 1.0, np.tanh(0.5)])
    made = _attribution.attributions(output, jnp.asarray(z), 200)
    assert tuple(made) == METHODS
    np.testing.assert_allclose(made["gradient"], slope, rtol=1e-5)
    np.testing.assert_allclose(made["gradient_input"], slope * z, rtol=1e-5)
    np.testing.assert_array_equal(made["magnitude"], z)
    # the path integral adds up to the whole change, by the midpoint rule to 1e-5
    whole = float(output(jnp.asarray(z)) - output(jnp.zeros(4)))
    assert float(made["integrated"].sum()) == pytest.approx(whole, abs=1e-5)
    removed = [output(jnp.asarray(np.where(np.arange(4) == i, 0, z))) for i in range(4)]
    truth = float(output(jnp.asarray(z))) - np.array(removed)
    np.testing.assert_allclose(_attribution.effects(output, jnp.asarray(z)), truth, atol=1e-6)


def test_rank_correlation_is_spearmans():
    rng = np.random.default_rng(0)
    for _ in range(5):
        a, b = rng.integers(0, 4, size=(2, 9))  # with ties
        made = float(_attribution.rank_correlation(jnp.asarray(a), jnp.asarray(b)))
        assert made == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-6)
    flat, steep = jnp.zeros(4), jnp.arange(4.0)
    assert float(_attribution.rank_correlation(flat, steep)) == 0
    assert np.isnan(_attribution.rank_correlation(flat, flat))


def test_spread_counts_the_entries_that_share():
    assert float(_attribution.spread(jnp.array([2.0, -2, 2, 0]))) == 3
    assert float(_attribution.spread(jnp.array([0.0, 5]))) == 1
    assert np.isnan(_attribution.spread(jnp.zeros(3)))


@pytest.fixture(scope="module")
def linear(measure):
    """Orthogonal directions along the neurons, and a random linear model."""
    experiment = ps.Experiment(
        n_features=3, n_hidden=3, model="linear",
        distribution=ps.distributions.sparse_uniform(density=0.5),
    )  # fmt: skip
    Ws = [np.eye(3), np.random.default_rng(1).normal(size=(3, 3))]
    return measure("saliency", experiment, Ws, n_samples=128)


def test_saliency_is_the_truth_where_outputs_are_linear(linear):
    for place in ("input", "unit"):
        for method in ("gradient_input", "integrated"):
            for measure in ("rank", "top", "stable"):
                made = linear[f"{measure}_{place}_{method}"]
                truth = linear[f"stable_{place}"] if measure == "stable" else 1
                np.testing.assert_allclose(made, truth, atol=1e-5, err_msg=f"{measure} {place}")
            np.testing.assert_allclose(
                linear[f"spread_{place}_{method}"], linear[f"spread_{place}"], rtol=1e-5
            )
    # the gradient alone ranks inputs that are absent
    assert linear["rank_input_gradient"][1] < 0.9


def test_saliency_on_orthogonal_directions(linear):
    for name in ("rank_input_gradient", "rank_unit_gradient", "spread_input", "spread_unit",
                 "stable_input", "stable_unit", "spread_input_gradient"):  # fmt: skip
        assert linear[name][0] == pytest.approx(1, abs=1e-6), name
    # other features are active too: their size says nothing about this output
    assert linear["rank_input_magnitude"][0] < 0.9
    assert linear["spread_input_magnitude"][0] > 1.2


@pytest.fixture(scope="module")
def edits(measure):
    """Two linear orthogonal features: along the neurons, and at 45 degrees to them."""
    experiment = ps.Experiment(
        n_features=2, n_hidden=2, model="linear",
        distribution=ps.distributions.sparse_uniform(density=0.3),
    )  # fmt: skip
    turned = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    return measure("directions", experiment, [np.eye(2), turned])


def test_a_direction_moves_its_feature_alone(edits):
    # estimated from 1,200 samples with the feature: directions are off by 0.02 or less
    for edit in ("ablate", "steer"):
        np.testing.assert_allclose(edits[f"{edit}_on_target"], 1, atol=0.01)
    # E x² = 1/3 of an active feature; the direction's length is the mean of one
    np.testing.assert_allclose(edits["ablate_effect"], 3**-0.5, atol=0.02)
    np.testing.assert_allclose(edits["steer_effect"], 0.5, atol=0.03)
    assert (edits["ablate_collateral"] < 0.05).all()


def test_a_neuron_moves_what_it_serves(edits):
    for edit in ("ablate", "steer"):
        on_target = edits[f"{edit}_on_target_neuron"]
        np.testing.assert_allclose(on_target[0], 1, atol=1e-6)
        np.testing.assert_allclose(on_target[1], 0.5, atol=1e-6)
    assert (edits["ablate_on_target_random"] < 0.999).all()


def test_a_linear_directions_part_is_the_dimensionality(measure):
    experiment = ps.Experiment(n_features=5, n_hidden=2, model="linear")
    W = np.random.default_rng(0).normal(size=(3, 2, 5))
    found = measure("directions", experiment, W, exact=True)
    for edit in ("ablate", "steer"):
        np.testing.assert_allclose(
            found[f"{edit}_on_target"], ps.metrics.dimensionality(W), rtol=1e-4
        )
