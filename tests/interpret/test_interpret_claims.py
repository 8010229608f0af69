"""Claims: verdicts by the interval, the bootstrap, and the file of claims itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import phasesim as ps
from phasesim import gallery
from phasesim.interpret._claims import Claim, interval, judge, load_claims
from phasesim.source import Arrays

TABLE = {
    "statement": "More.",
    "sweep": "x",
    "analysis": "neurons",
    "statistic": "participation",
    "control": "participation_shuffled",
    "threshold": 1.0,
}


def result_of(value, control):
    """Two cells whose mean over cells and units is the value of the seed."""
    spread = np.array([[-0.5], [0.5]])[..., None] * np.ones(2)
    arrays = {
        "participation": np.asarray(value, float)[None, :, None] + spread,
        "participation_shuffled": np.asarray(control, float)[None, :, None] + 0 * spread,
    }
    dims = dict.fromkeys(arrays, ("density", "seed", "hidden"))
    axes = [ps.values("distribution.density", [0.1, 0.2])]
    sweep = ps.Sweep(ps.Experiment(), axes=axes, n_seeds=len(value))
    return ps.Result(sweep, Arrays(arrays, dims, {"hidden": np.arange(2)}))


@pytest.mark.parametrize(
    ("value", "direction", "verdict"),
    [
        ([5, 6, 7], "above", "supported"),
        ([5, 6, 7], "below", "contradicted"),
        ([1, 1.1, 1.2], "above", "contradicted"),
        ([1, 1.1, 1.2], "below", "supported"),
        ([1, 5, 2], "above", "mixed"),
        ([1, 5, 2], "below", "mixed"),
    ],
)
def test_a_verdict_is_where_the_interval_lies(value, direction, verdict):
    claim = Claim(**{**TABLE, "direction": direction})
    found = judge(claim, result_of(value, [1, 2, 1.5]))
    assert found.verdict == verdict
    assert found.value == pytest.approx(np.mean(value))
    assert found.control == pytest.approx(1.5)
    low, high = found.difference
    assert low <= np.mean(value) - 1.5 <= high


def test_seeds_without_a_value_are_left_out_and_two_are_needed():
    claim = Claim(**TABLE)
    found = judge(claim, result_of([5, np.nan, 7], [1, 1, 1]))
    assert found.value == 6 and found.verdict == "supported"
    with pytest.raises(ps.PhasesimError, match="participation: found values in 1 seeds"):
        judge(claim, result_of([5, np.nan, np.nan], [1, 1, 1]))


def test_statistic_and_control_may_be_of_different_cells():
    # cells 0.5 below and above the means
    found = result_of([5, 6, 7], [1, 1, 1])
    table = TABLE | {"at": "density = 0.2"}
    assert judge(Claim(**table), found).value == pytest.approx(6.5)
    assert judge(Claim(**table), found).control == pytest.approx(1)
    same = {**table, "control": "participation", "control_at": "distribution.density=0.1"}
    verdict = judge(Claim(**same), found)
    assert verdict.control == pytest.approx(5.5) and verdict.difference == pytest.approx((1, 1))
    with pytest.raises(ps.PhasesimError, match="no axis 'densty', did you mean 'density'"):
        judge(Claim(**{**table, "at": "densty = 0.2"}), found)


def test_the_interval_is_the_percentile_bootstrap():
    values = np.random.default_rng(0).normal(size=8)
    expected = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=9999,
        random_state=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    # ends of 9,999 resamples differ by a few per cent of the width
    np.testing.assert_allclose(interval(values), expected, atol=0.03 * (expected[1] - expected[0]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"statistic": "participatoin"}, "no output 'participatoin', did you mean"),
        ({"direction": "up"}, "expected one of above, below"),
        ({"sweep": ""}, "sweep: found nothing"),
        ({"at": "weights"}, "at: found 'weights', expected 'AXIS = VALUE'"),
        ({"analysis": "nonesuch"}, "no analysis 'nonesuch'"),
    ],
)
def test_a_claim_that_cannot_be_judged_is_refused(changes, message):
    with pytest.raises(ps.ConfigError, match=message):
        Claim(**{**TABLE, **changes})


def test_a_wrong_file_names_claim_and_field(tmp_path):
    path = tmp_path / "claims.toml"
    path.write_text("[one]\nstatment = 'x'\n")
    with pytest.raises(ps.ConfigError, match=r"claims\.toml: one\.statment: unknown field"):
        load_claims(path)
    path.write_text("[one\n")
    with pytest.raises(ps.PhasesimError, match="not a file of claims"):
        load_claims(path)


def test_every_published_claim_reads_and_its_sweep_exists():
    claims = load_claims()
    assert len(claims) >= 10
    for name, claim in claims.items():
        assert claim.statement.endswith("."), name
        asked, other = (claim.statistic, claim.at), (claim.control, claim.control_at)
        assert asked != other, name
        assert gallery.sweep_of(claim.sweep).n_seeds >= 3
    # two seeds at least in the quick setting as well
    assert gallery.sweep_of("interpret", "quick").n_models == 18
