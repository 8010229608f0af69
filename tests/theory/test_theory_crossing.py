"""First-order transitions of the true optimum, located by following both structures."""

from __future__ import annotations

import numpy as np
import pytest

from phasesim.errors import UsageError
from phasesim.theory import crossing, optimum, polytope, population_loss

PAIRS = np.array([[1.0, 0, 0, -1, 0], [0, 1, -1, 0, 0]])


def lengths(W):
    return np.linalg.norm(W, axis=0)


def test_two_pairs_become_a_pentagon():
    """figures.md's digon-pentagon switch, between p = .2 and .1 for I = .9^i: at p = .1606."""
    importance = 0.9 ** np.arange(5)
    pentagon = np.empty((2, 5))
    pentagon[:, [0, 1, 3, 4, 2]] = polytope("pentagon")
    found = crossing(PAIRS, pentagon, density=[0.17, 0.15], importance=[importance] * 2)
    p = found.density[0]
    assert p == pytest.approx(0.16057, abs=2e-5)
    assert lengths(found.W[0])[4] < 1e-3 < 0.9 < lengths(found.W[1]).min()
    for W, b in zip(found.W, found.b, strict=True):
        loss = population_loss(W, b, density=p, importance=importance)
        assert loss == pytest.approx(found.loss, abs=1e-7)
    # no other arrangement is better
    assert optimum(5, 2, density=p, importance=importance).loss == pytest.approx(
        found.loss, abs=1e-7
    )


def test_a_perturbed_pentagon_gives_way_once():
    """One feature made rarer by ρ, the others at p = .05: ρ* = .269, where the figure has it."""
    pairs = [[0, 1, -1, 0, 0], [0, 0, 0, 1, -1]]
    rare = [[0.05] * 5, [0.0125, 0.05, 0.05, 0.05, 0.05]]
    found = crossing(polytope("pentagon"), pairs, density=rare, importance=[1, 1])
    assert found.density[0] / 0.05 == pytest.approx(0.26908, abs=5e-5)
    assert lengths(found.W[0]).min() > 0.9
    assert lengths(found.W[1])[0] < 1e-3


@pytest.mark.parametrize(
    ("first", "importance"),
    [(PAIRS, [1, 1]), (PAIRS, [0, 1]), (np.stack([PAIRS] * 2), [1, 1])],
)
def test_no_crossing_is_said(first, importance):
    with pytest.raises(UsageError):
        crossing(first, polytope("pentagon"), density=[0.11, 0.1], importance=importance)
