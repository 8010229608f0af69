"""Densities that fall as a power of the feature's rank."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.engines.population import uncovered

LAW = ps.distributions.power_law


def test_densities_are_the_formula_and_never_above_1():
    rank = np.arange(1, 51)
    for exponent, active in [(0.0, 5.0), (1.2, 2.0), (2.0, 0.1)]:
        p = LAW(exponent=exponent, active=active).density_per_feature(50)
        expected = active * rank**-exponent / np.sum(rank**-exponent)
        assert p.dtype == np.float64
        np.testing.assert_allclose(p, np.minimum(expected, 1))
        assert p.sum() == pytest.approx(min(active, p.sum())) and (np.diff(p) <= 0).all()
    assert LAW(exponent=2.0, active=5.0).density_per_feature(50)[0] == 1
    with pytest.raises(ps.ConfigError, match=r"exponent"):
        LAW(exponent=-1)


def test_the_exponent_is_traced_and_the_population_engine_covers_it():
    import jax

    law = pytree.as_arrays(LAW(exponent=1.5), np.float32)
    pytree.register(law)
    found = jax.jit(lambda e: e.density_per_feature(4))(law)
    np.testing.assert_allclose(found, LAW(exponent=1.5).density_per_feature(4), rtol=1e-6)
    assert uncovered(ps.Experiment(distribution=LAW())) is None
