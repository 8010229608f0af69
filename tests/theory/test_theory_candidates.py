"""The paper's candidates: closed forms, brute force over structures, boundaries."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from phasesim.errors import UsageError
from phasesim.theory import (
    feature_variance,
    null_loss,
    paper_boundary,
    phase_candidates,
    phase_of_candidates,
    population_loss,
)

P = np.geomspace(0.001, 1.0, 60)[:, None]
R = np.geomspace(0.01, 100.0, 50)[None, :]
V = P / 3 - P * P / 4


def test_two_features_in_one_dimension():
    found = phase_candidates(2, 1, density=P, ratio=R)
    np.testing.assert_allclose(found["ignore"], R * V, rtol=1e-14)
    np.testing.assert_allclose(found["dedicate"], V + 0 * R, rtol=1e-14)
    np.testing.assert_allclose(found["superpose"], (1 + R) * P**2 / 6, rtol=1e-14)


def test_three_features_in_two_dimensions():
    found = phase_candidates(3, 2, density=P, ratio=R)
    np.testing.assert_allclose(found["ignore"], R * V, rtol=1e-14)
    np.testing.assert_allclose(found["dedicate"], np.minimum(V, P**2 / 3) + 0 * R, rtol=1e-14)
    np.testing.assert_allclose(found["superpose"], (1 + R) * P**2 / 6, rtol=1e-14)


def cheapest(n, m, p, r):
    """Every assignment of states and pairings, one by one."""
    weight, v = [1.0] * (n - 1) + [r], p / 3 - p * p / 4
    best = dict.fromkeys(("ignore", "dedicate", "superpose"), np.inf)
    for states in itertools.product(("ignore", "dedicate", "superpose"), repeat=n):
        paired = [i for i in range(n) if states[i] == "superpose"]
        if len(paired) % 2 or states.count("dedicate") + len(paired) // 2 > m:
            continue
        # (I_i + I_j) p²/6 a pair: who is whose mate does not matter to the sum
        loss = sum(weight[i] for i in paired) * p * p / 6
        loss += sum(w * v for w, s in zip(weight, states, strict=True) if s == "ignore")
        best[states[-1]] = min(best[states[-1]], loss)
    return best


@pytest.mark.parametrize(("n", "m"), [(n, m) for n in range(1, 8) for m in range(1, 6)])
def test_candidates_equal_brute_force(n, m):
    for p, r in itertools.product((0.05, 0.4, 0.6, 1.0), (0.2, 1.0, 3.0)):
        found = phase_candidates(n, m, density=p, ratio=r)
        assert found == pytest.approx(cheapest(n, m, p, r), rel=1e-13)


def test_candidates_are_losses_of_models():
    """The formulas against the exact loss of the weights they stand for."""
    for p, r in ((0.1, 0.3), (0.7, 1.0), (1.0, 4.0)):
        at = {"density": p, "importance": [1.0, r]}
        found = phase_candidates(2, 1, density=p, ratio=r)
        assert found["ignore"] == pytest.approx(population_loss([[1, 0]], [0, p / 2], **at))
        assert found["dedicate"] == pytest.approx(population_loss([[0, 1]], [p / 2, 0], **at))
        assert found["superpose"] == pytest.approx(population_loss([[1, -1]], [0, 0], **at))


def test_phase_map_is_pixel_exact():
    """200 x 200 cells against the three boundary curves."""
    p, r = np.geomspace(0.01, 1, 200)[:, None], np.geomspace(0.1, 10, 200)[None, :]
    code = phase_of_candidates(phase_candidates(2, 1, density=p, ratio=r))
    left = (r < 1) & (p > 4 * r / (2 + 5 * r))
    right = (r > 1) & (p > 4 / (5 + 2 * r))
    np.testing.assert_array_equal(code, np.where(left, 0, np.where(right, 1, 2)))
    assert code.dtype == np.int8
    in_3x2 = phase_of_candidates(phase_candidates(3, 2, density=p, ratio=r))
    np.testing.assert_array_equal(in_3x2, np.where(left, 0, np.where(r > 1, 1, 2)))


def test_paper_boundary_special_points():
    assert paper_boundary(2, 1, 0.1) == pytest.approx(0.16)
    assert paper_boundary(2, 1, 10.0) == pytest.approx(0.16)
    assert paper_boundary(2, 1, 1.0) == paper_boundary(3, 2, 1.0) == pytest.approx(4 / 7)
    assert paper_boundary(3, 2, 0.5) == pytest.approx(4 * 0.5 / 4.5)
    assert paper_boundary(3, 2, 2.0) is None
    assert paper_boundary(2, 2, 0.5) is None


@pytest.mark.parametrize("ratio", [0.05, 0.3, 0.9, 0.999, 1.001, 1.3, 3.0, 20.0])
def test_paper_boundary_is_where_the_cheapest_state_changes(ratio):
    p = np.linspace(0.001, 1.0, 4001)
    for n, m in itertools.product(range(1, 9), range(1, 6)):
        code = phase_of_candidates(phase_candidates(n, m, density=p, ratio=ratio))
        changes = np.flatnonzero(np.diff(code))
        boundary = paper_boundary(n, m, ratio)
        assert len(changes) == (boundary is not None), (n, m)
        for k in changes:
            assert p[k] <= boundary <= p[k + 1], (n, m)


def test_scalars_give_floats():
    found = phase_candidates(2, 1, density=0.5, ratio=1)
    assert all(type(loss) is float for loss in found.values())
    assert phase_of_candidates(found).shape == ()


def test_variance_and_null_loss_by_quadrature():
    x = (np.arange(100_000) + 0.5) / 100_000
    for p in (0.01, 0.5, 1.0):
        variance = p * np.mean(x**2) - (p * np.mean(x)) ** 2
        assert feature_variance(p) == pytest.approx(variance, rel=1e-9)
        assert null_loss(density=p, importance=[1, 0.5, 2]) == pytest.approx(3.5 * variance)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: phase_candidates(0, 1, density=0.5, ratio=1),
        lambda: phase_candidates(2, 0, density=0.5, ratio=1),
        lambda: phase_candidates(2, 1, density=0.0, ratio=1),
        lambda: phase_candidates(2, 1, density=1.1, ratio=1),
        lambda: phase_candidates(2, 1, density=np.nan, ratio=1),
        lambda: phase_candidates(2, 1, density=0.5, ratio=-1),
        lambda: phase_candidates(2, 1, density=0.5, ratio=np.inf),
        lambda: paper_boundary(2, 1, np.inf),
        lambda: paper_boundary(2, 1, 0.0),
    ],
)
def test_nonsense_is_refused(wrong):
    with pytest.raises(UsageError):
        wrong()
