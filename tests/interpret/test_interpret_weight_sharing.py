"""Weight sharing on planted models, and k-means against SciPy's."""

from __future__ import annotations

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.cluster import vq

import phasesim as ps
from phasesim.interpret import _clusters
from phasesim.interpret.weight_sharing import VALUES


@pytest.mark.parametrize("start", [_clusters.spaced, _clusters.quantiles])
def test_k_means_is_scipys_from_the_same_start(start):
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(size=60), np.zeros(40)]).astype("f4")
    run = jax.jit(lambda v, k: (start(v, k, 32), _clusters.lloyd(v, start(v, k, 32), 50)))
    for count in VALUES:
        began, made = (np.asarray(c) for c in run(values, count))
        assert np.isfinite(began).sum() == count
        with warnings.catch_warnings():
            # of a centre without values, which stays where it is in both
            warnings.simplefilter("ignore")
            expected, label = vq.kmeans2(values, began[:count], iter=50, minit="matrix")
        np.testing.assert_allclose(made[:count], expected, atol=1e-5, err_msg=str(count))
        np.testing.assert_array_equal(_clusters.nearest(values, jnp.asarray(made)), label)
        np.testing.assert_array_equal(_clusters.shared(values, jnp.asarray(made)), made[label])


@pytest.fixture(scope="module")
def planted(measure):
    """Orthogonal directions, an aligned pair, an antipodal pair, and weights of many sizes."""
    experiment = ps.Experiment(
        n_features=2, n_hidden=2, distribution=ps.distributions.sparse_uniform(density=0.1)
    )
    many = np.array([[1.0, 0.13], [0.05, 0.9]])
    Ws = [np.eye(2), [[1, 1], [0, 0]], [[0.8, -0.8], [0, 0]], many]
    return measure("weight_sharing", experiment, Ws)


def test_as_many_values_are_needed_as_there_are(planted):
    np.testing.assert_array_equal(planted["needed"][:3], [2, 2, 3])
    needed = np.array([VALUES.index(v) for v in planted["needed"][:3]])
    for model, first in enumerate(needed):
        for name in ("rise", "worst", "error"):
            np.testing.assert_allclose(planted[name][model, first:], 0, atol=1e-6)
    # of two values the antipodal pair keeps one feature at most
    assert planted["rise"][2, 0] > 0.2


def test_k_means_beats_even_spacing(planted):
    error = planted["error"]
    assert (error <= planted["error_spaced"] + 1e-7).all()
    np.testing.assert_allclose(error[3, VALUES.index(8) :], 0, atol=1e-12)
    # of two values: 0.04 from the mean of the small pair, 0.05 from that of the large one
    variance = np.var([1.0, 0.13, 0.05, 0.9])
    assert error[3, 0] == pytest.approx((0.04**2 + 0.05**2) / 2 / variance, rel=1e-4)
    assert planted["error_spaced"][3, VALUES.index(4)] > 1e-3
