"""True phase boundaries against tabulated positions, and against the losses on either side."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from phasesim.errors import UsageError
from phasesim.theory import boundary, optimum


@pytest.mark.parametrize(
    ("ratio", "paper", "leaves_zero", "half", "just_inside"),
    [
        (0.1, 0.1600, 0.1813, 0.1813, 0.66),
        (0.3, 0.3429, 0.3753, 0.3753, 0.73),
        (0.5, 0.4444, 0.4841, 0.4841, 0.76),
        (0.8, 0.5333, 0.7271, 0.5976, 0.72),
    ],
)
def test_table_of_the_true_boundary(ratio, paper, leaves_zero, half, just_inside):
    found = boundary(2, 1, ratio)
    assert found.density_paper == pytest.approx(paper, abs=1e-4)
    assert found.density_leaves_zero == pytest.approx(leaves_zero, abs=0.002)
    assert found.density_half == pytest.approx(half, abs=0.002)
    inside = optimum(2, 1, density=found.density_half - 0.001, importance=[1.0, ratio])
    assert abs(inside.W[0, 1]) == pytest.approx(just_inside, abs=0.015)
    outside = optimum(2, 1, density=found.density_leaves_zero + 0.001, importance=[1.0, ratio])
    # beyond the boundary the feature is ignored, at exactly the cost of ignoring it
    p = found.density_leaves_zero + 0.001
    assert outside.loss == pytest.approx(ratio * (p / 3 - p * p / 4), rel=1e-12)
    np.testing.assert_allclose(outside.W, [[1, 0]], atol=1e-6)


@pytest.mark.parametrize("ratio", [0.2, 0.8])
def test_ratios_above_one_mirror_those_below(ratio):
    a, b = boundary(2, 1, ratio), boundary(2, 1, 1 / ratio)
    assert b.ratio == 1 / ratio
    assert b.density_leaves_zero == pytest.approx(a.density_leaves_zero, abs=1e-9)
    assert b.density_half == pytest.approx(a.density_half, abs=1e-9)
    assert b.density_paper == pytest.approx(a.density_paper, abs=1e-12)


def test_spinodal_lies_below_the_jump():
    """Where ignoring becomes unstable, by the expansion about it, the jump has happened."""
    for ratio, spinodal in ((0.1, 0.0936), (0.5, 0.4142)):
        assert boundary(2, 1, ratio).density_leaves_zero > spinodal


def test_three_features_in_two_dimensions_contain_the_pair():
    """Away from ratio 1 one ordinary feature is dedicated, and the rest is the (2, 1) problem."""
    small, large = boundary(2, 1, 0.3), boundary(3, 2, 0.3)
    assert large.density_half == pytest.approx(small.density_half, abs=0.001)
    assert large.density_leaves_zero == pytest.approx(small.density_leaves_zero, abs=0.001)


def test_there_may_be_no_boundary():
    for ratio in (0.5, 1.0, 2.0):
        found = boundary(2, 2, ratio)
        assert found.density_leaves_zero is found.density_half is found.density_paper is None
    # at ratio 1 the pair only shrinks as the density rises; the paper's candidates do jump
    equal = boundary(2, 1, 1.0)
    assert equal.density_leaves_zero is equal.density_half is None
    assert equal.density_paper == pytest.approx(4 / 7)


def test_nonsense_is_refused():
    for ratio in (0.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="ratio"):
            boundary(2, 1, ratio)
    with pytest.raises(UsageError):
        boundary(7, 1, 1.0)


def test_theory_is_light_to_import():
    code = (
        "import sys, phasesim.theory, phasesim.metrics;"
        "print([m for m in ('jax', 'flax', 'scipy', 'matplotlib', 'h5py') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
