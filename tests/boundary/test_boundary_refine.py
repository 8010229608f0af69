"""Refinement: which values are inserted, and that rounds extend, resume, and lose nothing."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import phasesim as ps
from phasesim.cli.app import main
from phasesim.errors import ConfigError, Stopped, StoreMismatch, UsageError
from phasesim.plan import Plan
from phasesim.progress import Silent

DENSITY, RATIO = "distribution.density", "importance.ratio"
TOML = """
name = "tiny"
n_features = 2
n_hidden = 1
n_steps = 150
engine = "population"
optimizer = { name = "adam", learning_rate = 0.05 }
importance = { name = "last_relative", ratio = 1.0 }
[sweep]
n_seeds = 4
axes = [ { path = "distribution.density", geomspace = [1.0, 0.1, 4] },
         { path = "importance.ratio", geomspace = [0.3, 0.6, 2] } ]
"""


def sweep_of(axes=None, **changes):
    experiment = ps.Experiment(
        n_features=2, n_hidden=1, n_steps=150, engine="population", importance="last_relative",
        optimizer={"name": "adam", "learning_rate": 0.05},
    )  # fmt: skip
    axes = axes or [ps.geomspace(DENSITY, 1.0, 0.1, 4), ps.geomspace(RATIO, 0.3, 0.6, 2)]
    return ps.Sweep(experiment, axes=axes, **{"n_seeds": 4, "name": "tiny", **changes})


@pytest.fixture(scope="module")
def coarse():
    sweep = sweep_of()
    return sweep, ps.run(sweep)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A store refined twice in one go."""
    path = tmp_path_factory.mktemp("stored") / "x.h5"
    ps.run_refined(sweep_of(), path, rounds=2).close()
    return path


def copied(stored, folder):
    for suffix in ("", ".sha256"):
        shutil.copy(f"{stored}{suffix}", folder / f"x.h5{suffix}")
    return folder / "x.h5"


def test_values_are_inserted_between_neighbours_of_different_phase(coarse):
    sweep, result = coarse
    finer = ps.refine(sweep, result)
    phase = result.metric("phase", "best")
    # of each ratio the phase changes once along the density, and not in the same interval
    changes = [np.flatnonzero((phase[1:, j] != phase[:-1, j]).any(-1)).tolist() for j in (0, 1)]
    assert changes == [[1], [0]]
    p = sweep.axes[0].values
    expected = [np.sqrt(p[0] * p[1]), np.sqrt(p[1] * p[2])]
    assert finer.axes[0].inserted == pytest.approx(sorted(expected), rel=1e-6)
    assert list(finer.axes[0].values) == sorted(finer.axes[0].values, reverse=True)
    # in one row of densities the two ratios differ too
    assert finer.axes[1].inserted == (pytest.approx(np.sqrt(0.18), rel=1e-6),)
    assert finer.axes[0].log, "the diagram stays logarithmic"


def test_where_no_phase_changes_nothing_is_inserted():
    sweep = sweep_of([ps.geomspace(DENSITY, 0.03, 0.01, 3)])
    assert ps.refine(sweep, ps.run(sweep)) == sweep


def test_a_refined_sweep_is_written_and_read_as_itself(coarse):
    finer = ps.refine(*coarse)
    from phasesim.config import sweep_from_text

    again = sweep_from_text(finer.to_toml(), "x.toml")
    assert again == finer and "insert = [" in finer.to_toml()


def test_growth_is_bounded_and_the_most_changed_intervals_come_first(coarse):
    sweep, result = coarse
    one = ps.refine(sweep, result, growth=1.3)
    assert one.n_cells == 10 and one.axes[1] == sweep.axes[1]
    assert ps.refine(sweep, result, growth=1.0) == sweep
    with pytest.raises(UsageError, match="growth"):
        ps.refine(sweep, result, growth=0.5)


def test_a_result_of_a_larger_grid_serves_and_of_another_does_not(coarse):
    sweep, result = coarse
    finer = ps.refine(sweep, result)
    larger = ps.run(finer)
    assert ps.refine(sweep, larger) == finer
    with pytest.raises(UsageError, match="result of this sweep"):
        ps.refine(finer, result)
    with pytest.raises(UsageError, match="result of this sweep"):
        ps.refine(sweep_of(seed=3), result)


def test_refining_twice_finds_the_boundary_to_a_quarter_of_a_cell(stored):
    with ps.open_result(stored) as result:
        found = ps.phase_boundary(result, along="density", n_resamples=200)
        for ratio in (0.3, 0.6):
            at = result.select(ratio=ratio)[1]
            width = np.log(found.high[at] / found.low[at]) / np.log(10 ** (1 / 3))
            assert width == pytest.approx(1 / 4, abs=0.01)
            sides = [ps.theory.optimum(2, 1, density=float(p[at]), importance=[1.0, ratio])
                     for p in (found.low, found.high)]  # fmt: skip
            # the best seeds change where the true optimum does
            assert [int(side.phase[-1]) for side in sides] == [2, 0]
            assert found.low[at] <= found.position[at] <= found.high[at]
            assert found.interval[at][0] <= found.position[at] * (1 + 1e-6)


def test_the_rounds_make_the_store_of_the_last_grid(stored, tmp_path):
    with ps.open_result(stored) as result:
        sweep = result.sweep
    ps.run(sweep, tmp_path / "fresh.h5").close()
    assert stored.read_bytes() == (tmp_path / "fresh.h5").read_bytes()


def test_a_finished_refinement_is_left_as_it_is(stored, tmp_path, monkeypatch):
    path = copied(stored, tmp_path)
    before = path.stat().st_mtime_ns

    def train(*_):
        raise AssertionError("nothing is left to train")

    monkeypatch.setattr("phasesim.execute.Executor.run", train)
    for rounds in (2, 1, 0):
        ps.run_refined(sweep_of(), path, rounds=rounds).close()
    assert path.stat().st_mtime_ns == before


class StopAfter(Silent):
    def __init__(self, models, event):
        self.left, self.event = models, event

    def models(self, n, failed):
        self.left -= n
        if self.left <= 0:
            self.event.set()


@pytest.mark.parametrize("models", [1, 33, 73])
def test_whatever_round_is_stopped_the_same_call_goes_on(stored, tmp_path, models):
    path = tmp_path / "x.h5"
    # one block at a time, so that it is known where the run stops
    options = ps.Options(memory=Plan(sweep_of()).peak_memory(1))
    options.progress = StopAfter(models, options.stop)
    with pytest.raises(Stopped):
        ps.run_refined(sweep_of(), path, rounds=2, options=options)
    ps.run_refined(sweep_of(), path, rounds=2).close()
    assert path.read_bytes() == stored.read_bytes()
    assert not path.with_suffix(".run").exists()


def test_another_experiment_is_refused(stored, tmp_path):
    path = copied(stored, tmp_path)
    with pytest.raises(StoreMismatch, match="seed"):
        ps.run_refined(sweep_of(seed=5), path, rounds=1)
    with pytest.raises(UsageError, match="rounds"):
        ps.run_refined(sweep_of(), path, rounds=-1)
    assert path.read_bytes() == stored.read_bytes()


def test_on_the_command_line(stored, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(TOML)
    words = ["run", "tiny.toml", "--no-cache", "--refine", "2"]
    assert main([*words, "--dry-run", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert planned["models"] == 32 and planned["models_at_most"] == 32 * 16
    assert not (tmp_path / "tiny.h5").exists()
    assert main(words) == 0 and "tiny.h5: written" in capsys.readouterr().err
    assert (tmp_path / "tiny.h5").read_bytes() == stored.read_bytes()
    assert main(words) == 0 and "tiny.h5: complete" in capsys.readouterr().err
    assert main(["run", "tiny.toml", "--refine", "99"]) == 2
    assert "rounds: found 99" in capsys.readouterr().err


def test_inserted_values_of_an_axis():
    axis = ps.linspace(DENSITY, 0.25, 1.0, 4).insert([0.3])
    assert axis.values == pytest.approx((0.25, 0.3, 0.5, 0.75, 1.0))
    assert ps.values(DENSITY, [0.5, 0.25]).insert([0.375]).values == (0.5, 0.375, 0.25)
    table = axis.to_config()
    assert table["insert"] == [pytest.approx(0.3)] and sweep_of([table]).axes == (axis,)
    with pytest.raises(ConfigError, match=r"insert.*numbers"):
        ps.values("optimizer", ["adam", "sgd"]).insert([0.5])
    with pytest.raises(ConfigError, match="insert: found 3"):
        sweep_of([{"path": DENSITY, "values": [0.5], "insert": 3}])
    with pytest.raises(ConfigError, match="stands twice"):
        sweep_of([{"path": DENSITY, "values": [0.5], "insert": [0.5]}])
