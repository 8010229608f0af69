"""Runs that were too short are told from finished ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import phasesim as ps
from phasesim.gallery import folder
from phasesim.result import Arrays, Result
from phasesim.settling import ARRIVED, NOTHING_LEFT, SETTLED, still_moving, too_short
from phasesim.status import Status


def decay(time, n_seeds, points=50):
    """Loss curves that fall exponentially, by so many e-foldings over the run; null loss 1."""
    at = (np.arange(points) + 0.5) / points
    return 0.2 + 0.8 * np.exp(-np.asarray(time).reshape(-1, 1) * at) * np.ones((n_seeds, 1))


def short(curve, trained=None, null_loss=1.0):
    trained = np.ones(curve.shape[:-1], bool) if trained is None else trained
    return bool(too_short(curve[None], np.array([null_loss]), trained[None])[0])


def test_a_run_is_long_enough_when_a_fifth_of_it_would_have_done():
    assert short(decay(5, 8)) and not short(decay(60, 8))
    # in the null loss's units
    assert not short(decay(5, 8), null_loss=100 / SETTLED) and short(decay(60, 8), null_loss=1e-9)
    assert not short(np.full((8, 50), 0.3))
    # a rising loss is no sign of a run that was too short
    assert not short(-decay(5, 8))


def test_the_faster_seeds_decide():
    slow, fast = decay(5, 6), decay(60, 3)
    assert not short(np.concatenate([slow, fast]))
    assert short(np.concatenate([slow, fast[:2]]))
    # those that failed do not count, whatever their curves
    trained = np.array([True] * 6 + [False] * 3)
    assert short(np.concatenate([slow, fast]), trained)
    assert not short(slow, np.zeros(6, bool))


def test_curves_of_few_points_say_nothing_and_padding_is_left_out():
    assert not short(decay(5, 4, points=9)) and short(decay(5, 4, points=10))
    padded = np.full((2, 4, 50), np.nan)
    padded[0], padded[1, :, :20] = decay(60, 4), decay(5, 4, points=20)
    found = too_short(padded, np.ones(2), np.ones((2, 4), bool))
    assert found.tolist() == [False, True]


def test_a_significant_slope_is_movement():
    slope, error = np.array([0.04, -0.06, 0.06, -2.0]), np.array([0.001, 0.01, 0.03, np.inf])
    assert still_moving(slope, error).tolist() == [False, True, False, False]


def made(**fields):
    experiment = ps.Experiment(n_features=2, n_hidden=1, model="linear", **fields)
    sweep = ps.Sweep(experiment, axes=[ps.values("distribution.density", [1.0, 0.5])], n_seeds=4)
    null = sweep.at((0,)).null_loss(), sweep.at((1,)).null_loss()
    arrays = {
        "loss_curve": np.stack([decay(60, 4) * null[0], decay(5, 4) * null[1]]),
        "status": np.full((2, 4), Status.ok),
        "loss_slope": np.array([[0.0, 0.5, 0.5, 0.0]] * 2),
        "loss_slope_error": np.full((2, 4), 0.01),
        "loss": np.ones((2, 4)),
    }
    arrays["status"][:, 0], arrays["status"][:, 2] = Status.not_converged, Status.diverged
    lead = ("density", "seed")
    dims = {k: (*lead, "loss_step") if k == "loss_curve" else lead for k in arrays}
    return Result(sweep, Arrays(arrays, dims, {}))


def test_a_model_is_undertrained_by_its_own_signs_or_by_its_cell():
    expected = [[True, True, False, False], [True, True, False, True]]
    assert made().undertrained.tolist() == expected
    assert made().metric("undertrained").tolist() == expected
    assert made().metric("undertrained", "mean").tolist() == [2 / 3, 1]
    # a polish went on where the loss curve ends
    polished = made(engine={"name": "population", "polish_steps": 50})
    assert polished.undertrained.tolist() == [expected[0]] * 2


def test_a_seed_at_a_minimum_has_settled():
    curve, trained, one = decay(5, 8)[None], np.ones((1, 8), bool), np.array([1.0])
    rest = np.array([[0.0] * 3 + [0.1] * 5])
    asked = []

    def left(models):
        asked.append(models)
        return np.where(models, rest, np.inf)

    # three of eight are more than a quarter, two are not
    assert not too_short(curve, one, trained, left)[0]
    rest[0, 2] = 10 * ARRIVED
    assert too_short(curve, one, trained, left)[0]
    # those that failed do not count
    trained[0, 3:] = [False, False, False, True, True]
    assert not too_short(curve, one, trained, left)[0]
    assert np.array_equal(asked[-1], trained)
    # where the curves say it all, nobody is asked
    asked.clear()
    assert not too_short(decay(60, 8)[None], one, trained, left)[0] and not asked


def test_where_all_seeds_are_close_to_their_minima_nothing_is_left():
    one, trained = np.array([1.0]), np.array([[True] * 7 + [False]])
    for last, short in ((0.5, False), (2.0, True)):
        rest = NOTHING_LEFT * np.array([[0.5] * 6 + [last, 100]])
        assert too_short(decay(5, 8)[None], one, trained, lambda m, v=rest: v)[0] == short


def at_optimum(moved, unconverged=()):
    """Two cells whose curves fell late; their seeds lie at the true optimum, but so far off."""
    experiment = ps.Experiment(n_features=2, n_hidden=1, importance="last_relative")
    sweep = ps.Sweep(experiment, axes=[ps.values("distribution.density", [0.3, 0.1])], n_seeds=4)
    best = ps.theory.optimum_grid(2, 1, density=[0.3, 0.1], importance=[1.0, 1.0])
    W, b = (np.repeat(v[:, None], 4, axis=1) for v in (best.W, best.b))
    null = np.array([sweep.at((k,)).null_loss() for k in range(2)])
    arrays = {
        "W": W + np.reshape(moved, (2, 4, 1, 1)), "b": b, "loss": np.ones((2, 4)),
        "loss_curve": decay(5, 4)[None] * null[:, None, None],
        "status": np.full((2, 4), Status.ok),
    }  # fmt: skip
    arrays["status"][0, unconverged] = Status.not_converged
    lead = ("density", "seed")
    own = {"W": ("hidden", "feature"), "b": ("feature",), "loss_curve": ("loss_step",)}
    return Result(sweep, Arrays(arrays, {k: lead + own.get(k, ()) for k in arrays}, {}))


def test_cells_whose_seeds_are_at_the_optimum_are_not_undertrained():
    near, far = 1e-6, 0.1
    found = at_optimum([[near, near, far, far], [near, far, far, far]])
    assert found.undertrained.tolist() == [[False] * 4, [True] * 4]
    close = at_optimum([[0.01] * 4, [0.01] * 3 + [far]])
    assert close.undertrained.tolist() == [[False] * 4, [True] * 4]


def test_a_gradient_counts_where_something_is_left_to_gain():
    for moved, expected in ((1e-5, [False] * 4), (0.01, [False, True, False, True])):
        found = at_optimum(np.full((2, 4), moved), unconverged=[1, 3])
        assert found.undertrained[0].tolist() == expected


def flagged(name, overrides, size):
    """Share of the cells of a published diagram whose best seed is undertrained."""
    sweep = ps.load_sweep(Path(folder()) / f"{name}.toml", overrides)
    axes = [ps.geomspace("distribution.density", 1, 0.01, size),
            ps.geomspace("importance.ratio", 0.1, 10, size)]  # fmt: skip
    result = ps.run(ps.Sweep(sweep.experiment, axes=axes, n_seeds=sweep.n_seeds))
    return np.mean(result.metric("undertrained", "best"))


SAMPLED, EXACT = ["engine=sampled"], ["engine=population"]


@pytest.mark.parametrize(
    ("name", "overrides", "n_steps", "size"),
    [
        ("phase-2x1", EXACT, 2000, 10),
        ("phase-2x1-true", [], 500, 10),
        pytest.param("phase-2x1", SAMPLED, 2000, 20, marks=pytest.mark.slow),
        pytest.param("phase-2x1", EXACT, 2000, 20, marks=pytest.mark.slow),
        pytest.param("phase-2x1-true", [], 500, 20, marks=pytest.mark.slow),
    ],
)
def test_runs_stopped_at_a_tenth_are_flagged_and_finished_ones_are_not(
    name, overrides, n_steps, size
):
    assert flagged(name, [*overrides, f"n_steps={n_steps // 10}"], size) >= 0.99
    assert flagged(name, [*overrides, f"n_steps={n_steps}"], size) <= 0.01
