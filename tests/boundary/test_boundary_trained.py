"""Boundaries of trained models: positions known in advance, intervals over seeds, missing ones."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim.errors import UsageError
from phasesim.result import Arrays, Result
from phasesim.status import Status

DENSITY, RATIO = "distribution.density", "importance.ratio"
P = np.geomspace(0.01, 1.0, 9)


def made(norm, *, axis=None, loss=None, status=None, ratios=(0.3, 0.6)):
    """A (2, 1) result whose last feature has the norms given, (density, ratio, seed)."""
    norm = np.asarray(norm, dtype=float)
    axis = ps.geomspace(DENSITY, 0.01, 1.0, len(norm)) if axis is None else axis
    axes = [axis, ps.values(RATIO, list(ratios)[: norm.shape[1]])]
    experiment = ps.Experiment(n_features=2, n_hidden=1, importance="last_relative")
    sweep = ps.Sweep(experiment, axes=axes, n_seeds=norm.shape[2])
    W = np.stack([np.ones_like(norm), -norm], axis=-1)[..., None, :]
    # the exact loss ranks seeds: a large bias makes a seed worse without changing its phase
    b = np.zeros((*norm.shape, 2))
    b[..., 0] = 0.0 if loss is None else loss
    arrays = {"W": W, "b": b, "loss": np.ones(norm.shape),
              "status": np.full(norm.shape, Status.ok) if status is None else status}  # fmt: skip
    own = {"W": ("hidden", "feature"), "b": ("feature",)}
    dims = {k: ("density", "ratio", "seed", *own.get(k, ())) for k in arrays}
    return Result(sweep, Arrays(arrays, dims, {}))


def falling(at, seeds=1):
    """Norms that fall linearly in log p through 1/2 at the densities given, (9, ratios, seeds)."""
    return np.clip(0.5 - np.log(P[:, None] / np.asarray(at)), 0, 2)[..., None].repeat(seeds, -1)


def test_positions_are_interpolated_in_the_logarithm():
    found = ps.phase_boundary(made(falling([0.05, 0.3])), along="density")
    np.testing.assert_allclose(found.position, [0.05, 0.3], rtol=1e-6)
    assert np.all((found.low < found.position) & (found.position < found.high))
    np.testing.assert_allclose(found.high / found.low, 10**0.25, rtol=1e-6)
    assert found.n_crossings.tolist() == [1, 1]
    assert found.along == DENSITY and list(found.across) == [RATIO]
    assert np.isnan(found.interval).all(), "one seed says nothing about others"


def test_a_linear_axis_is_interpolated_linearly_whatever_its_order():
    p = np.array([0.8, 0.2, 0.4])
    norm = (1.0 - p)[:, None, None]
    found = ps.phase_boundary(made(norm, axis=ps.values(DENSITY, p)), along=DENSITY)
    np.testing.assert_allclose(found.position, [0.5], rtol=1e-6)
    np.testing.assert_allclose([found.low, found.high], [[0.4], [0.8]], rtol=1e-6)


def test_where_nothing_changes_there_is_no_position():
    norm = np.concatenate([falling([0.05]), np.zeros((9, 1, 1))], axis=1)
    found = ps.phase_boundary(made(norm.repeat(3, -1)), along="density")
    assert np.isfinite(found.position[0]) and np.isnan(found.position[1])
    assert np.isnan([found.low[1], found.high[1], *found.interval[1]]).all()
    assert found.n_crossings.tolist() == [1, 0]
    assert found.crossing_share.tolist() == [1, 0]


def test_the_last_of_several_crossings_is_reported_and_all_are_counted():
    norm = np.zeros((9, 1, 1))
    norm[[2, 6]] = 1.0
    found = ps.phase_boundary(made(norm), along="density")
    assert found.n_crossings.tolist() == [4]
    assert found.low[0] == pytest.approx(P[6], rel=1e-6)


def test_failed_cells_are_no_boundary():
    norm, status = falling([0.05]), np.full((9, 1, 1), Status.ok)
    W = norm.copy()
    status[8], W[8] = Status.nonfinite_weights, np.nan
    found = ps.phase_boundary(made(W, status=status), along="density")
    np.testing.assert_allclose(found.position, [0.05], rtol=1e-6)
    assert found.n_crossings.tolist() == [1]


def test_the_interval_is_that_of_the_seeds():
    """Half of the seeds cross elsewhere and are worse: the best seldom is one of them."""
    norm = np.concatenate([falling([0.05], 4), falling([0.3], 4)], axis=2)
    loss = np.repeat([0.0, 0.4], 4) * np.ones((9, 1, 1))
    best = ps.phase_boundary(made(norm, loss=loss), along="density")
    np.testing.assert_allclose(best.position, [0.05], rtol=1e-6)
    np.testing.assert_allclose(best.interval, [[0.05, 0.05]], rtol=1e-6)
    mean = ps.phase_boundary(made(norm, loss=loss), along="density", reduction="mean")
    low, high = mean.interval[0]
    assert 0.05 <= low < mean.position[0] < high <= 0.3
    assert high / low > 1.5
    again = ps.phase_boundary(made(norm, loss=loss), along="density", reduction="mean")
    np.testing.assert_array_equal(mean.interval, again.interval)


def test_the_interval_of_a_mean_has_the_width_of_its_standard_error():
    """Crossings that scatter by σ in log p: their mean is known to 1.96 σ/√seeds."""
    rng = np.random.default_rng(1)
    shift = 0.02 * rng.standard_normal(64)
    norm = 0.5 - np.log(P[:, None, None] / 0.1) + shift
    found = ps.phase_boundary(
        made(np.clip(norm, 0, None)), along="density", of="feature_norm", reduction="mean"
    )
    width = np.ptp(np.log(found.interval[0]))
    assert width == pytest.approx(2 * 1.96 * shift.std() / 8, rel=0.15)


def test_an_interval_needs_a_crossing_in_nearly_all_resamples():
    norm = np.concatenate([falling([0.05], 1), np.zeros((9, 1, 3))], axis=2)
    loss = np.array([0.0, 0.4, 0.4, 0.4]) * np.ones((9, 1, 1))
    found = ps.phase_boundary(made(norm, loss=loss), along="density")
    np.testing.assert_allclose(found.position, [0.05], rtol=1e-6)
    # the only seed that crosses is missing from (3/4)⁴ of the resamples
    assert found.crossing_share[0] == pytest.approx(1 - 0.75**4, abs=0.04)
    assert np.isnan(found.interval).all()


def test_other_metrics_cross_a_level_of_their_own():
    result = made(falling([0.05, 0.3]))
    norm = ps.phase_boundary(result, along="density", of="feature_norm", level=1.0)
    np.testing.assert_allclose(norm.position, [0.05 * np.exp(-0.5), 0.3 * np.exp(-0.5)], rtol=1e-6)
    along = ps.phase_boundary(result, along="ratio", of="feature_norm")
    assert along.position.shape == (9,) and list(along.across) == [DENSITY]
    # between the two densities the norm crosses with the ratio
    assert np.isfinite(along.position).tolist() == [0.05 < p < 0.3 for p in P]


def test_nonsense_is_refused():
    result = made(falling([0.05, 0.3]))
    for keywords, words in (
        ({"along": "densty"}, "did you mean 'density'"),
        ({"along": "density", "of": "signed_gram"}, "dimensions a model"),
        ({"along": "density", "of": "nrm"}, "no metric"),
        ({"along": "density", "feature": 7}, "found 2 features"),
        ({"along": "density", "reduction": "bst"}, "no reduction"),
    ):
        with pytest.raises(UsageError, match=words):
            ps.phase_boundary(result, **keywords)
    with pytest.raises(UsageError, match="two or more numbers"):
        ps.phase_boundary(made(falling([0.05])), along="ratio")
