"""The gain of polytopes: tabulated numbers, the exact loss behind them, an independent search."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from phasesim.errors import UsageError
from phasesim.metrics import dimensionality
from phasesim.theory import (
    POLYTOPES,
    block_gain,
    enumerated_loss,
    optimum,
    plateaus,
    polytope,
    population_loss,
)

DENSITIES = [0.5, 0.25, 0.1, 0.05]
# computed elsewhere, to three decimals
GAINS = {
    "digon": [1.268, 1.697, 1.892, 1.948],
    "pentagon": [1.148, 1.670, 2.073, 2.223],
    "triangle": [1.128, 1.330, None, None],
    "hexagon": [None, None, 2.032, 2.260],
    "square antiprism": [None, None, 2.120, 2.307],
}


@pytest.mark.parametrize("name", list(POLYTOPES))
def test_polytopes_are_unit_tight_frames(name):
    U = polytope(name)
    d, k = U.shape
    np.testing.assert_allclose(U @ U.T, k / d * np.eye(d), atol=1e-12)
    np.testing.assert_allclose(dimensionality(U), d / k, atol=1e-12)
    rows = np.sort(U.T @ U, axis=1)
    np.testing.assert_allclose(rows, rows[:1].repeat(k, axis=0), atol=1e-12)


@pytest.mark.parametrize("name", list(GAINS))
def test_table_of_gains(name):
    found = block_gain(name, density=DENSITIES)
    known = np.array([np.nan if g is None else g for g in GAINS[name]])
    listed = ~np.isnan(known)
    np.testing.assert_allclose(found.gain[listed], known[listed], atol=1e-3)


@pytest.mark.parametrize(
    ("name", "density", "norm", "bias"),
    [
        ("digon", 0.5, 0.969, 0.098),
        ("digon", 0.3, 1.010, 0.018),
        ("triangle", 0.7, 0.880, 0.323),
        ("pentagon", 0.2, 1.033, -0.132),
        ("square antiprism", 0.1, 1.097, -0.230),
    ],
)
def test_table_of_minima(name, density, norm, bias):
    found = block_gain(name, density=density)
    assert found.norm == pytest.approx(norm, abs=1e-3)
    assert found.bias == pytest.approx(bias, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "density"), [("digon", 0.5), ("triangle", 0.2), ("pentagon", 0.1)]
)
def test_the_loss_is_that_of_the_block(name, density):
    found, U = block_gain(name, density=density), polytope(name)
    exact = enumerated_loss(
        found.norm * U, np.full(U.shape[1], found.bias), density=density, importance=1
    )
    assert found.loss == pytest.approx(float(exact), abs=1e-10)
    d, k = U.shape
    variance = density / 3 - density**2 / 4
    assert found.gain == pytest.approx((k * variance - float(exact)) / (d * variance), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "density"), [("digon", 0.3), ("triangle", 0.85), ("pentagon", 0.02)]
)
def test_another_search_finds_nothing_lower(name, density):
    U = polytope(name)
    k = U.shape[1]

    def loss(x):
        return float(population_loss(x[0] * U, np.full(k, x[1]), density=density, importance=1))

    found = block_gain(name, density=density)
    for start in ((0.6, 0.45), (1.5, -0.8)):
        other = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-5}).fun
        assert found.loss <= other + 1e-9


def test_one_feature_to_a_dimension_is_the_unit_of_gain():
    found = block_gain("dedicated", density=np.array([[1.0, 0.1], [0.5, 0.01]]))
    np.testing.assert_allclose(found.gain, np.ones((2, 2)), atol=1e-9)
    assert found.dimensionality == 1


def test_a_block_is_no_better_than_the_optimum_of_its_size():
    assert block_gain("digon", density=0.5).loss == pytest.approx(
        float(optimum(2, 1, density=0.5, importance=1.0).loss), abs=1e-10
    )
    # three features in the plane are a triangle at one density, a pair and a lone one at another
    block = block_gain("triangle", density=[0.7, 0.5]).loss
    best = [float(optimum(3, 2, density=p, importance=1.0).loss) for p in (0.7, 0.5)]
    assert block[0] == pytest.approx(best[0], abs=1e-9)
    assert block[1] > 1.01 * best[1]


def test_plateaus_between_triangle_digon_and_pentagon():
    found = plateaus(["triangle", "digon", "pentagon"])
    assert [f.polytope for f in found] == ["pentagon", "digon", "triangle"]
    assert all(a.high == b.low for a, b in pairwise(found))
    assert found[1].low == pytest.approx(0.226, abs=0.002)
    assert found[1].high == pytest.approx(0.646, abs=0.002)
    # at a crossing both gain the same
    at = [block_gain(n, density=found[1].low).gain for n in ("digon", "pentagon")]
    assert at[0] == pytest.approx(at[1], abs=1e-4)
    assert [f.polytope for f in plateaus(["dedicated"])] == ["dedicated"]


def test_the_bias_changes_sign_between_digon_and_pentagon():
    p = np.array([0.05, 0.15, 0.2])
    assert np.all(block_gain("digon", density=p).bias > 0)
    assert np.all(block_gain("pentagon", density=p).bias < 0)


def test_nonsense_is_refused():
    for call in (
        lambda: block_gain("octagonn", density=0.1),
        lambda: block_gain("digon", density=0.0),
        lambda: block_gain([[1.0, 2.0]], density=0.1),
        lambda: plateaus([]),
    ):
        with pytest.raises(UsageError):
            call()
    with pytest.raises(UsageError, match="did you mean 'pentagon'"):
        polytope("pentagn")
