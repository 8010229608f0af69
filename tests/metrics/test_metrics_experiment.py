"""Metrics that look at the experiment: its law, its importances, and each cell its own."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim import metrics, registry
from phasesim.errors import UsageError
from phasesim.result import Result
from phasesim.source import Arrays


def experiment(n, m=2, density=0.3):
    law = ps.distributions.sparse_uniform(density=density)
    return ps.Experiment(n_features=n, n_hidden=m, distribution=law)


def test_the_offset_of_a_simplex_and_of_a_basis():
    e, n = experiment(3, density=0.5), 3
    centred = np.eye(n) - 1 / n
    assert metrics.centre_offset(centred, experiment=e) == pytest.approx(0, abs=1e-12)
    # h = x: E h = p/2 in each of n directions, E ‖h‖² = n p/3
    offset = metrics.centre_offset(np.eye(n), experiment=e)
    assert offset == pytest.approx(np.sqrt(n * 0.25**2 / (n * 0.5 / 3)), rel=1e-12)
    samples = e.distribution.from_uniform(np.random.default_rng(0).random((n, 200_000)), n)
    W = np.random.default_rng(1).normal(size=(2, n))
    h = W @ samples
    by_samples = np.linalg.norm(h.mean(axis=1)) / np.sqrt(np.mean(np.sum(h * h, axis=0)))
    assert metrics.centre_offset(W, experiment=e) == pytest.approx(by_samples, rel=0.02)


def test_centring_takes_back_what_is_common():
    """Features on a cone around the mean hidden vector: near each other, far from the mean."""
    W = np.vstack([np.eye(2), np.full((1, 2), 3.0)]) @ np.array([[1.0, -1.0], [0.0, 0.0]])
    W[2] = 3.0
    e = experiment(2, 3, density=1.0)
    assert metrics.angle(W)[0, 1] == pytest.approx(2 * np.degrees(np.arctan(1 / 3)))
    # E x = 1/2 each: the mean hidden vector is (0, 0, 3)
    assert metrics.centred_angle(W, experiment=e)[0, 1] == pytest.approx(180, abs=1e-5)


def test_a_correlated_law_enters_with_its_covariance(plugins):
    """Two features always active together with the same value; without a covariance, refused."""
    text = """
        import numpy as np
        from phasesim.distributions._base import Distribution
        from phasesim.parts import part

        @part("this test, 2026")
        class {name}(Distribution):
            def mean(self, n):
                return np.full(n, 0.5)
            def variance(self, n):
                return np.full(n, 1 / 12)
            def groups(self, n):
                return {groups}
            {more}
    """
    together = "[list(range(n))]"
    known = "def covariance(self, n): return np.full((n, n), 1 / 12)"
    plugins(
        distributions__twins=text.format(name="twins", groups=together, more=known),
        distributions__vague=text.format(name="vague", groups=together, more=""),
        distributions__lone=text.format(name="lone", groups="[[i] for i in range(n)]", more=""),
    )

    def offset(W, law):
        e = ps.Experiment(n_features=2, n_hidden=1, distribution=law)
        return metrics.centre_offset(W, experiment=e)

    # h = x1 + x2 = 2 x1: (E h)² / E h² = 1 / (4/3); independent: 1 / (1 + 2/12)
    assert offset([[1.0, 1.0]], "twins") ** 2 == pytest.approx(3 / 4)
    assert offset([[1.0, 1.0]], "lone") ** 2 == pytest.approx(6 / 7)
    with pytest.raises(UsageError, match="distribution 'vague': does not know its covariance"):
        offset([[1.0, 1.0]], "vague")


@pytest.mark.parametrize("name", ["centre_offset", "centred_angle", "weighted_interference"])
def test_the_experiment_is_asked_for(name):
    with pytest.raises(UsageError, match=f"{name}: found no experiment"):
        registry.get("metric", name)(np.eye(2))
    with pytest.raises(UsageError, match=f"{name}: found an experiment of 3 features, expected 2"):
        registry.get("metric", name)(np.eye(2), experiment=experiment(3))


def test_a_result_gives_each_cell_its_own_experiment():
    axes = [ps.values("n_hidden", [1, 2]), ps.values("n_features", [3, 2]),
            ps.values("distribution.density", [1.0, 0.25])]  # fmt: skip
    sweep = ps.Sweep(experiment(3), axes=axes, n_seeds=2)
    W = np.random.default_rng(0).normal(size=(2, 2, 2, 2, 2, 3))
    W[0, ..., 1, :] = np.nan
    W[:, 1, ..., 2] = np.nan
    lead = ("n_hidden", "n_features", "density", "seed")
    arrays = {"W": W, "b": W[..., 0, :]}
    dims = {"W": (*lead, "hidden", "feature"), "b": (*lead, "feature")}
    result = Result(sweep, Arrays(arrays, dims, {}))
    for name in ("centre_offset", "weighted_interference", "centred_angle", "leverage"):
        function = registry.get("metric", name)
        found, own = result.metric(name), len(function.spec.dims)
        assert found.shape == (2, 2, 2, 2, *[3] * own)
        for cell in np.ndindex(2, 2, 2):
            m, n = cell[0] + 1, 3 - cell[1]
            expected = function(W[cell][..., :m, :n], experiment=sweep.at(cell))
            inside = (slice(None), *[slice(n)] * own)
            np.testing.assert_array_equal(found[cell][inside], expected)
            if own == 1:
                assert np.isnan(found[cell][:, n:]).all()
    # one density is not the other
    assert not np.allclose(*result.metric("centre_offset").transpose(2, 0, 1, 3))
