"""The table of best codes against a search of its own, and random directions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog, minimize
from scipy.stats import ortho_group

from phasesim.errors import UsageError
from phasesim.geometry import POLYTOPES, best_code_angle, random_code_angle
from phasesim.geometry.codes import _SEARCHED
from phasesim.metrics import spherical_code_ratio

SHARPNESS = (4, 16, 64, 256, 1024, 4096)
LISTED = [(2 * m + 1 + i, m) for m, row in _SEARCHED.items() for i in range(len(row))]
#: where a few random starts are enough
EASY = [(7, 3), (9, 3), (12, 3), (18, 3), (12, 4)]
#: found once in 400 starts: the seed of that start
RARE = {(22, 4): [1, 22, 4, 81]}


def largest_cosine(x):
    return np.max(x @ x.T - 2 * np.eye(len(x)))


def descend(k, m, rng):
    """A local optimum of the smooth maximum of all cosines, sharpened step by step."""
    x = rng.normal(size=(k, m))
    softest = rng.choice([1, 16, 64, 256])
    for sharp in (s for s in SHARPNESS if s >= softest):

        def smooth(z, sharp=sharp):
            z = z.reshape(k, m)
            length = np.linalg.norm(z, axis=1, keepdims=True)
            u = z / length
            C = u @ u.T - 9 * np.eye(k)
            top = C.max()
            E = np.exp(sharp * (C - top))
            total = E.sum()
            g = 2 * (E / total) @ u
            g = (g - np.sum(g * u, axis=1, keepdims=True) * u) / length
            return top + np.log(total) / sharp, g.ravel()

        x = minimize(smooth, x.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
        x = x.reshape(k, m) / np.linalg.norm(x.reshape(k, m), axis=1, keepdims=True)
    return x


def sharpen(x, rounds=40):
    """The nearest local optimum of the largest cosine itself, by linear programs."""
    k, m = x.shape
    reach, least = 0.05, largest_cosine(x)
    i, j = np.triu_indices(k, 1)
    for _ in range(rounds):
        tangents = np.array([np.linalg.svd(v[None])[2][1:] for v in x])
        slope = np.zeros((len(i), k, m - 1))
        slope[np.arange(len(i)), i] = np.einsum("rab,rb->ra", tangents[i], x[j])
        slope[np.arange(len(i)), j] = np.einsum("rab,rb->ra", tangents[j], x[i])
        rows = np.column_stack([slope.reshape(len(i), -1), -np.ones(len(i))])
        free = k * (m - 1)
        step = linprog(
            np.append(np.zeros(free), 1), A_ub=rows, b_ub=-(x @ x.T)[i, j],
            bounds=[(-reach, reach)] * free + [(None, None)],
        ).x  # fmt: skip
        moved = x + np.einsum("ka,kab->kb", step[:-1].reshape(k, m - 1), tangents)
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        if largest_cosine(moved) < least - 1e-16:
            x, least = moved, largest_cosine(moved)
        else:
            reach /= 4
        if reach < 1e-8:
            break
    return x


def best_found(k, m, starts):
    """Angle of the best code of some starts; ends early where the table's is reached."""
    best = widest = 0.0
    for start in range(starts):
        seed = RARE[k, m] if start == 0 and (k, m) in RARE else [k, m, start]
        x = descend(k, m, np.random.default_rng(seed))
        angle = np.degrees(np.arccos(largest_cosine(x)))
        # before they are sharpened, optima can be told apart to about this much
        if angle > widest - 1e-3:
            widest = max(widest, angle)
            best = max(best, np.degrees(np.arccos(largest_cosine(sharpen(x)))))
            if best > best_code_angle(k, m) - 1e-6:
                break
    return best


@pytest.mark.parametrize(("k", "m"), EASY)
def test_a_search_reaches_the_table_and_no_more(k, m):
    assert best_found(k, m, 20) == pytest.approx(best_code_angle(k, m), abs=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("k", "m"), sorted(set(LISTED) - set(EASY)))
def test_a_long_search_reaches_the_table_and_no_more(k, m):
    assert best_found(k, m, 400) == pytest.approx(best_code_angle(k, m), abs=2e-6)


def test_codes_that_are_known_exactly():
    def angle(cosine):
        return np.degrees(np.arccos(cosine))

    # simplex, cross-polytope, icosahedron, square antiprism of equal edges
    assert best_code_angle(2, 1) == best_code_angle(2, 7) == 180
    assert best_code_angle(4, 3) == pytest.approx(angle(-1 / 3), abs=1e-12)
    assert best_code_angle(5, 3) == best_code_angle(6, 3) == best_code_angle(16, 8) == 90
    assert best_code_angle(12, 3) == pytest.approx(angle(5**-0.5), abs=1e-8)
    assert best_code_angle(8, 3) == pytest.approx(angle(1 / (1 + 8**0.5)), abs=1e-8)
    assert best_code_angle(9, 3) == pytest.approx(angle(1 / 3), abs=1e-8)
    # the 24-cell, and two orthogonal pentagons
    corners = np.array([s for s in np.ndindex(3, 3, 3, 3) if sorted(s) in
                        ([0, 0, 1, 1], [0, 1, 1, 2], [1, 1, 2, 2])]) - 1  # fmt: skip
    assert len(corners) == 24
    assert best_code_angle(24, 4) == pytest.approx(angle(largest_cosine(corners / 2**0.5)))
    assert best_code_angle(10, 4) == pytest.approx(angle(1 / 6), abs=1e-8)


def test_more_points_are_never_farther_apart():
    for m in (2, 3, 4):
        assert np.all(np.diff([best_code_angle(k, m) for k in range(2, 25)]) <= 0)
    for k in range(2, 25):
        assert best_code_angle(k, 4) >= best_code_angle(k, 3) >= best_code_angle(k, 2)


def test_no_code_is_made_up():
    unknown = [(0, 3), (1, 3), (25, 3), (25, 4), (11, 5), (3, 1), (2, 0)]
    assert all(np.isnan(best_code_angle(k, m)) for k, m in unknown)


@pytest.mark.parametrize("k", [2, 3, 5, 9])
def test_random_directions_in_the_plane(k):
    """The least of k gaps on a circle is 360/k² on average; two are never above 180°."""
    expected = 90.0 if k == 2 else 360 / k**2
    # the least gap is nearly exponential, and the mean of 20,000 good to a few per mille
    found = random_code_angle(k, 2, n_draws=20_000)
    assert found == pytest.approx(expected, rel=4 / np.sqrt(20_000))


def test_random_directions_in_space():
    # angles of a pair are even about 90°, with a spread of 39.2°
    mean = random_code_angle(2, 3, n_draws=20_000)
    assert mean == pytest.approx(90, abs=4 * 39.2 / np.sqrt(20_000))
    assert random_code_angle(5, 3) == random_code_angle(5, 3, seed=0)
    assert random_code_angle(5, 3) < random_code_angle(4, 3)
    assert random_code_angle(5, 3) < random_code_angle(5, 6)
    for wrong in ((1, 3), (2, 0)):
        with pytest.raises(UsageError, match="expected k at least 2"):
            random_code_angle(*wrong)


@pytest.mark.parametrize("name", ["triangle", "pentagon", "tetrahedron", "octahedron",
                                  "icosahedron", "5-cell", "digon"])  # fmt: skip
def test_polytopes_that_are_best_codes(name):
    W = POLYTOPES[name].vertices
    assert spherical_code_ratio(W) == pytest.approx(1, abs=1e-7)
    if len(W) > 1:
        squashed = np.linspace(1, 0.8, len(W))[:, None] * (
            ortho_group.rvs(len(W), random_state=0) @ W
        )
        assert spherical_code_ratio(squashed) < 0.99


def test_random_models_have_the_ratio_of_the_null():
    W = np.random.default_rng(1).normal(size=(4000, 3, 8)) * 10
    expected = random_code_angle(8, 3) / best_code_angle(8, 3)
    assert spherical_code_ratio(W).mean() == pytest.approx(expected, rel=0.04)
