"""Amplitudes: what they state of themselves holds for their quantile function."""

from __future__ import annotations

import numpy as np
import pytest

from phasesim import registry
from phasesim.parts import build

AMPLITUDES = registry.names("amplitude")


@pytest.mark.parametrize("name", AMPLITUDES)
def test_moments_of_the_quantile_function(name):
    law = build("amplitude", name, "amplitude")
    v = (np.arange(400_000) + 0.5) / 400_000
    x = np.asarray(law.quantile(v))
    assert x.shape == v.shape and x.dtype == np.float64
    # the midpoint rule misses at most the tail beyond the last of 400,000 strips: v log²v / N
    assert x.mean() == pytest.approx(law.mean, abs=1e-4)
    assert (x**2).mean() == pytest.approx(law.second_moment, abs=1e-3)
    assert (np.diff(x) >= 0).all()


@pytest.mark.parametrize("name", AMPLITUDES)
def test_characteristic_function(name):
    law = build("amplitude", name, "amplitude")
    w = np.array([-30.0, -2.5, -1e-9, 0.0, 1e-9, 0.5, 3.0, np.pi, 2 * np.pi, 12.0])
    x = np.asarray(law.quantile((np.arange(400_000) + 0.5) / 400_000))
    expected = np.exp(1j * w[:, None] * x).mean(axis=1)
    # the midpoint rule with 400,000 strips, as above
    np.testing.assert_allclose(law.characteristic(w), expected, atol=1e-4)
    np.testing.assert_allclose(law.characteristic(np.array(0.0)), 1, atol=1e-15)
    np.testing.assert_allclose(law.characteristic(-w), np.conj(law.characteristic(w)), atol=1e-15)


@pytest.mark.parametrize("name", AMPLITUDES)
def test_every_uniform_number_gives_a_finite_amplitude(name):
    import jax
    import jax.numpy as jnp

    law = build("amplitude", name, "amplitude")
    ends = np.float32([0.0, 2**-24, 0.5, 1 - 2**-24, 1.0])
    with jax.numpy_rank_promotion("raise"), jax.numpy_dtype_promotion("strict"):
        for x in (law.quantile(ends), law.quantile(jnp.asarray(ends)),
                  jax.jit(law.quantile)(jnp.asarray(ends))):  # fmt: skip
            assert np.isfinite(np.asarray(x)).all()
            assert np.asarray(x).dtype == np.float32
