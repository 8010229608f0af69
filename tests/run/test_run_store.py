"""A run into a store: the same numbers as in memory, resumed, extended, refused, set aside."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import phasesim as ps
from phasesim import plan as planning
from phasesim.errors import EXIT_STOPPED, Stopped, StoreDamaged, StoreMismatch, UsageError
from phasesim.plan import Plan
from phasesim.progress import Silent

DENSITIES = [1.0, 0.5, 0.25]


def density(values):
    return ps.values("distribution.density", values)


@pytest.fixture(autouse=True)
def a_block_a_chunk(monkeypatch):
    monkeypatch.setattr(planning, "CHUNK_SECONDS", 1e-9)


@pytest.fixture
def sweep(tiny_sweep):
    # two sizes, so that there are two programs: four blocks with two seeds
    axes = [ps.values("n_hidden", [1, 2]), density(DENSITIES)]
    return lambda **changes: tiny_sweep(**{"axes": axes, **changes})


@pytest.fixture(scope="module")
def finished(tiny_sweep, tmp_path_factory):
    """A finished store, its bytes, and its sweep; not to be written to."""
    axes = [ps.values("n_hidden", [1, 2]), density(DENSITIES)]
    path = tmp_path_factory.mktemp("finished") / "x.h5"
    made = tiny_sweep(axes=axes)
    ps.run(made, path).close()
    return path, path.read_bytes(), made


def copy(finished, folder):
    path = folder / "x.h5"
    for suffix in ("", ".sha256"):
        shutil.copy(f"{finished[0]}{suffix}", f"{path}{suffix}")
    return path


class StopAfter(Silent):
    """Sets an event once so many models are done."""

    def __init__(self, models, event):
        self.left, self.event = models, event

    def models(self, n, failed):
        self.left -= n
        if self.left <= 0:
            self.event.set()


def stopped(sweep, path, models):
    """A run of the sweep that is stopped once so many models are done."""
    options = ps.Options()
    options.progress = StopAfter(models, options.stop)
    # one block at a time, so that it is known where the run stops
    options.memory = Plan(sweep).peak_memory(1)
    with pytest.raises(Stopped) as caught:
        ps.run(sweep, path, options)
    assert caught.value.exit_code == EXIT_STOPPED
    return path.with_suffix(".run")


def test_stored_is_what_is_in_memory(finished):
    path, _, sweep = finished
    memory = ps.run(sweep)
    with ps.open_result(path) as stored:
        assert stored.sweep == sweep and stored.path == path
        assert set(stored.names()) == set(memory.names())
        for name in memory.names():
            np.testing.assert_array_equal(stored.stored(name), memory.stored(name))
            assert stored.dims(name) == memory.dims(name)
        assert list(stored.coords) == ["n_hidden", "distribution.density"]
        np.testing.assert_array_equal(stored.metric("phase"), memory.metric("phase"))
        # cells with one hidden unit are padded to two
        W = stored.params()["W"]
        assert np.isnan(W[0, ..., 1, :]).all() and np.isfinite(W[0, ..., 0, :]).all()
        assert np.isfinite(W[1]).all()
    assert not path.with_suffix(".run").exists()


def test_a_finished_sweep_is_left_as_it_is(finished, tmp_path, monkeypatch):
    path = copy(finished, tmp_path)
    before = path.stat()

    def train(*_):
        raise AssertionError("nothing is left to train")

    monkeypatch.setattr("phasesim.execute.Executor.run", train)
    with ps.run(finished[2], path) as result:
        assert result.shape == (2, 3, 2)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.h5", "x.h5.sha256"]


# of four blocks of three models; one block may be trained ahead of the one just stored
@pytest.mark.parametrize("models", [1, 6])
def test_a_stopped_run_goes_on_to_the_same_bytes(finished, tmp_path, models):
    _, expected, sweep = finished
    path = tmp_path / "x.h5"
    directory = stopped(sweep, path, models)
    assert not path.exists()
    committed = len(list((directory / "chunks").iterdir()))
    assert committed < len(Plan(sweep).blocks)
    with ps.open_result(path) as partial:
        done = partial.status != ps.Status.not_run
        assert done.sum() in (0, 3, 6, 9) and done.sum() == 3 * committed
        assert np.isnan(partial.loss[~done]).all() and np.isfinite(partial.loss[done]).all()
    ps.run(sweep, path).close()
    assert path.read_bytes() == expected
    assert not directory.exists()


def test_lost_chunks_are_trained_again(finished, tmp_path):
    _, expected, sweep = finished
    path = tmp_path / "x.h5"
    ps.run(sweep, path, ps.Options(keep_run=True)).close()
    directory = path.with_suffix(".run")
    path.unlink()
    for chunk in sorted((directory / "chunks").iterdir())[1:3]:
        chunk.unlink()
    ps.run(sweep, path).close()
    assert path.read_bytes() == expected


def test_more_seeds(finished, tmp_path, sweep):
    path = copy(finished, tmp_path)
    larger = sweep(n_seeds=3)
    ps.run(larger, path).close()
    ps.run(larger, tmp_path / "fresh.h5").close()
    assert path.read_bytes() == (tmp_path / "fresh.h5").read_bytes()


def test_a_wider_grid(finished, tmp_path, sweep):
    path = copy(finished, tmp_path)
    larger = sweep(axes=[ps.values("n_hidden", [1, 2]), density([0.7, *DENSITIES, 0.1])])
    trained = []

    class Count(Silent):
        def models(self, n, failed):
            trained.append(n)

    with ps.run(larger, path, ps.Options(progress=Count())) as result:
        assert result.shape == (2, 5, 2)
    assert sum(trained) == 2 * 2 * 2  # the old ones are carried over
    ps.run(larger, tmp_path / "fresh.h5").close()
    assert path.read_bytes() == (tmp_path / "fresh.h5").read_bytes()


def test_an_extension_that_is_stopped_goes_on(finished, tmp_path, sweep):
    path = copy(finished, tmp_path)
    larger = sweep(n_seeds=4)
    stopped(larger, path, 3)
    assert path.read_bytes() == finished[1]  # the old file stays until the new one is whole
    with ps.run(larger, path) as result:
        assert (result.status == 1).all() and result.shape == (2, 3, 4)
    ps.run(larger, tmp_path / "fresh.h5").close()
    assert path.read_bytes() == (tmp_path / "fresh.h5").read_bytes()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"batch_size": 31}, "batch_size"),
        ({"n_steps": 21}, "n_steps"),
        ({"seed": 5}, "sweep.seed"),
        ({"draws": "independent"}, "draws"),
        ({"importance": "geometric"}, "importance.name"),
        ({"optimizer": {"name": "adamw", "weight_decay": 0.0}}, "optimizer.weight_decay"),
        ({"record": {"n_losses": 3}}, "record.n_losses"),
        ({"axes": [density(DENSITIES)]}, "sweep.axes"),
        ({"axes": [density(DENSITIES), ps.values("n_hidden", [1, 2])]}, "sweep.axes"),
        ({"n_seeds": 1}, "a grid that this one does not contain"),
        ({"axes": [ps.values("n_hidden", [1, 2]), density([1.0])]}, "a grid that this one"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_another_experiment_is_refused_by_name(finished, tmp_path, sweep, changes, named):
    path = copy(finished, tmp_path)
    with pytest.raises(StoreMismatch) as caught:
        ps.run(sweep(**changes), path)
    assert named in str(caught.value) and "--fresh" in str(caught.value)
    assert path.read_bytes() == finished[1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.h5", "x.h5.sha256"]


def test_another_name_is_the_same_experiment(finished, tmp_path):
    path = copy(finished, tmp_path)
    sweep = finished[2]
    renamed = ps.Sweep(sweep.experiment, axes=sweep.axes, n_seeds=2, name="other")
    ps.run(renamed, path).close()
    assert path.read_bytes() == finished[1]


def test_a_store_of_another_algorithm_is_refused(finished, tmp_path, monkeypatch):
    path = copy(finished, tmp_path)
    monkeypatch.setattr("phasesim.fingerprint.ALGORITHM", 10**6)
    with pytest.raises(StoreMismatch, match="algorithm"):
        ps.run(finished[2], path)


def test_fresh_moves_the_old_store_aside(finished, tmp_path, sweep):
    path = copy(finished, tmp_path)
    with ps.run(sweep(seed=9), path, ps.Options(fresh=True)) as result:
        assert result.sweep.seed == 9
    aside = [p for p in tmp_path.rglob("*") if p.is_file() and p.read_bytes() == finished[1]]
    assert len(aside) == 1


def test_kept_running_directories(finished, tmp_path):
    path = tmp_path / "x.h5"
    ps.run(finished[2], path, ps.Options(keep_run=True)).close()
    directory = path.with_suffix(".run")
    assert path.read_bytes() == finished[1]
    manifest = json.loads((directory / "manifest.json").read_text())
    assert manifest["blocks_per_chunk"] == 1
    with ps.open_result(directory) as partial, ps.open_result(path) as whole:
        for name in whole.names():
            np.testing.assert_array_equal(partial.stored(name), whole.stored(name))


def test_training_goes_on_from_a_store(finished, tmp_path, sweep):
    path = finished[0]
    init = {"name": "from_store", "path": str(path)}
    with pytest.raises(ps.ConfigError, match=r"init\.path: n_hidden"):
        ps.run(sweep(axes=[density(DENSITIES)], init=init))
    own = tmp_path / "own.h5"
    with ps.run(sweep(axes=[density(DENSITIES)]), own) as source:
        W, b = source.params()["W"], source.params()["b"]
    init["path"] = str(own)
    # other order, fewer values, more seeds: each model starts at the one of its own values
    again = ps.run(sweep(axes=[density([0.25, 1.0])], init=init, n_steps=0, n_seeds=3))
    for name, values in (("W", W), ("b", b)):
        np.testing.assert_array_equal(again.params()[name], values[[2, 0]][:, [0, 1, 0]])
    other = sweep(axes=[density([0.3])], init=init)
    with pytest.raises(ps.ConfigError, match=r"distribution\.density: the store has no value 0\.3"):
        ps.run(other)
    init["path"] = str(tmp_path / "missing.h5")
    with pytest.raises(ps.PhasesimError, match="no such store"):
        ps.run(sweep(axes=[density([1.0])], init=init))


def test_another_source_of_the_start_is_another_experiment(tmp_path, sweep):
    axes, source, path = [density([1.0])], tmp_path / "source.h5", tmp_path / "x.h5"
    ps.run(sweep(axes=axes), source).close()
    init = {"name": "from_store", "path": str(source)}
    ps.run(sweep(axes=axes, init=init, n_steps=0), path).close()
    # the same path holds other weights now: more seeds would start from those
    ps.run(sweep(axes=axes, seed=1), source, ps.Options(fresh=True)).close()
    with pytest.raises(StoreMismatch, match=r"init|inputs"):
        ps.run(sweep(axes=axes, init=init, n_steps=0, n_seeds=3), path)


def test_a_damaged_store_is_refused(finished, tmp_path):
    path = copy(finished, tmp_path)
    damaged = bytearray(finished[1])
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(StoreDamaged, match=r"x\.h5"):
        ps.open_result(path)
    with pytest.raises(StoreDamaged, match=r"x\.h5"):
        ps.run(finished[2], path)
    assert path.read_bytes() == bytes(damaged)


def test_reading_by_label(finished):
    with ps.open_result(finished[0]) as result:
        index = result.select(density=0.5, n_hidden=2)
        assert index == (1, 1)
        np.testing.assert_array_equal(result.loss[index], result.loss[1, 1])
        assert result.select(density=0.3, method="nearest") == (slice(None), 2)
        assert result.select(distribution_density=1.0)[1] == 0
        assert result.experiment((1, 2)).distribution.density == 0.25
        for call, words in [
            (lambda: result.select(density=0.3), "method='nearest'"),
            (lambda: result.select(densty=0.5), "did you mean 'density'"),
            (lambda: result.stored("los"), "did you mean 'loss'"),
            (lambda: result.metric("dimensionalty"), "did you mean 'dimensionality'"),
            (lambda: result.metric("loss", "median"), "no reduction 'median'"),
        ]:
            with pytest.raises(UsageError, match=words):
                call()


def test_reductions_over_seeds(finished):
    with ps.open_result(finished[0]) as result:
        loss, D = result.loss, result.metric("dimensionality")
        best = np.take_along_axis(D, loss.argmin(-1)[..., None, None], 2)[:, :, 0]
        np.testing.assert_array_equal(result.metric("dimensionality", "best"), best)
        np.testing.assert_allclose(result.metric("loss", "mean"), loss.mean(-1, dtype=float))
        np.testing.assert_array_equal(result.metric("loss", "worst"), loss.max(-1))
        np.testing.assert_array_equal(result.metric("loss", "mean_minus_worst"), loss.min(-1))
        null = [[result.experiment((i, j)).null_loss() for j in range(3)] for i in range(2)]
        np.testing.assert_allclose(
            result.metric("normalized_loss"), loss / np.array(null)[..., None]
        )
