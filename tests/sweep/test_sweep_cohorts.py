"""Cells that share a program are one cohort; sizes and choices make cohorts of their own."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import phasesim as ps
from phasesim.cells import cohorts
from phasesim.engines._program import compiled
from phasesim.keys import model_keys, stream
from phasesim.plan import Plan


def test_sizes_are_cohorts_and_their_cells_are_what_they_are_alone(tiny_sweep):
    own = ps.values("distribution.density", [0.5, 0.2])
    both = ps.run(tiny_sweep(axes=[ps.values("n_features", [2, 3]), own]))
    assert len(cohorts(both.sweep)) == 2
    assert both.params()["W"].shape == (2, 2, 2, 2, 3)
    for i, n in enumerate([2, 3]):
        alone = ps.run(tiny_sweep(axes=[own], n_features=n))
        for name in alone.names():
            padded, bare = both.stored(name)[i], alone.stored(name)
            inside = tuple(slice(s) for s in bare.shape)
            np.testing.assert_array_equal(padded[inside], bare, name)
            mask = np.ones(padded.shape, bool)
            mask[inside] = False
            assert np.isnan(padded[mask].astype(float)).all()
        for metric in ("feature_norm", "superposition", "dimensionality", "phase"):
            padded, bare = both.metric(metric)[i], alone.metric(metric)
            np.testing.assert_array_equal(padded[..., :n], bare, metric)
            rest = padded[..., n:]
            assert (np.isnan(rest) if rest.dtype.kind == "f" else rest == -1).all()
        signed = both.metric("signed_gram")[i]
        np.testing.assert_array_equal(signed[..., :n, :n], alone.metric("signed_gram"))
        for metric in ("dimensions_per_feature", "normalized_loss"):
            np.testing.assert_array_equal(both.metric(metric)[i], alone.metric(metric))


@pytest.mark.parametrize(
    ("axis", "count"),
    [
        (ps.values("distribution.density", [1, 0.5, 0.1]), 1),
        (ps.values("optimizer.weight_decay", [-0.1, 0.0, 0.1]), 1),
        (ps.values("n_hidden", [1, 2, 3]), 3),
        (ps.values("n_features", [1, 2, 3]), 3),
        (ps.values("n_steps", [0, 5]), 2),
        (ps.values("batch_size", [5, 6]), 2),
        (ps.values("optimizer", ["adam", "adamw", "sgd"]), 3),
        (ps.values("optimizer.schedule.name", ["constant", "cosine"]), 2),
        (ps.values("init", ["xavier", "notebook"]), 2),
        (ps.values("distribution.amplitude", ["uniform", "gaussian"]), 2),
        (ps.values("importance", ["uniform", "geometric"]), 2),
        (ps.values("model", ["linear", "relu_output"]), 2),
        (ps.values("draws", ["shared", "independent"]), 2),
    ],
    ids=lambda v: getattr(v, "path", str(v)),
)
def test_what_compiles_apart(axis, count, tiny_sweep):
    sweep = tiny_sweep(axes=[ps.values("distribution.factor", [1, 0.5]), axis])
    found = cohorts(sweep)
    assert len(found) == count
    assert sorted(np.concatenate([c.cells for c in found])) == list(range(sweep.n_cells))
    for cohort in found:
        rows = np.arange(len(cohort.cells))
        stacked = cohort.stacked(rows)
        for row, flat in enumerate(cohort.cells):
            cell = sweep.at(np.unravel_index(flat, sweep.shape))
            assert stacked.distribution.density[row] == np.float32(cell.distribution.density)
            assert stacked.distribution.factor[row] == np.float32(cell.distribution.factor)
            assert type(stacked.optimizer) is type(cell.optimizer)


def test_choice_axes_train_and_compile_once_a_cohort(tiny_sweep):
    axes = [ps.values("model", ["linear", "relu_output"]),
            ps.values("optimizer.learning_rate", [0.01, 0.02])]  # fmt: skip
    sweep = tiny_sweep(axes=axes, n_steps=11)
    before = compiled("cpu")._cache_size()
    result = ps.run(sweep)
    # two replicas of two cohorts: four blocks, two programs
    assert len(Plan(sweep).blocks) == 4
    assert compiled("cpu")._cache_size() - before == len(Plan(sweep).cohorts) == 2
    ps.run(tiny_sweep(axes=axes, n_steps=11, n_seeds=3))
    assert compiled("cpu")._cache_size() - before == 2
    assert (result.status == 1).all()
    assert not np.array_equal(result.params()["W"][0], result.params()["W"][1])
    alone = ps.run(tiny_sweep(axes=axes[1:], n_steps=11, model="linear"))
    np.testing.assert_array_equal(result.params()["W"][0], alone.params()["W"])


def test_steps_as_an_axis(tiny_sweep):
    axis = ps.values("n_steps", [0, 5])
    result = ps.run(tiny_sweep(axes=[axis], record={"n_losses": 4}))
    curve = result.stored("loss_curve")
    assert curve.shape == (2, 2, 4)
    assert np.isnan(curve[0]).all() and np.isfinite(curve[1:]).all()
    alone = ps.run(tiny_sweep(axes=[], n_steps=5, record={"n_losses": 4}))
    np.testing.assert_array_equal(result.params()["W"][1], alone.params()["W"])


def test_blocks_hold_one_replica_in_grid_order(tiny_sweep):
    many = ps.linspace("distribution.density", 0.01, 1, 300)
    plan = Plan(tiny_sweep(axes=[many], n_seeds=2))
    lanes = plan.lanes[0]
    whole, rest = divmod(300, lanes)
    assert [len(b.rows) for b in plan.blocks] == [*[lanes] * whole, *[rest] * (rest > 0)] * 2
    assert [b.replica for b in plan.blocks] == sorted(b.replica for b in plan.blocks)
    for replica in (0, 1):
        rows = np.concatenate([b.rows for b in plan.blocks if b.replica == replica])
        np.testing.assert_array_equal(rows, np.arange(300))
    joined = [plan.chunk(i, 4) for i in range(plan.n_chunks(4))]
    assert [b for chunk in joined for b in chunk] == plan.blocks
    done = np.zeros((300, 2), bool)
    done[:, 0] = True
    rest = Plan(plan.sweep, done)
    assert rest.n_models == 300 and {b.replica for b in rest.blocks} == {1}
    assert rest.model_steps == 300 * 20


def test_keys_of_many_cells_and_replicas_differ():
    many = ps.linspace("distribution.density", 0.01, 1, 2000)
    (cohort,) = cohorts(ps.Sweep(ps.Experiment(), axes=[many]))
    seen = []
    for replica in range(3):
        for draws in ("independent", "shared"):
            keys = model_keys(7, cohort.key_digests, replica, draws)
            seen.append(np.atleast_2d(keys.data))
        seen.append(np.asarray(jax.random.key_data(keys.init)))
    words = np.concatenate(seen)
    assert len(np.unique(words, axis=0)) == len(words) == 3 * (2000 + 1 + 2000)
    # the key of one cell is that of `train`
    one = ps.cell_key(7, bytes(cohort.key_digests[5]), 2)
    np.testing.assert_array_equal(
        jax.random.key_data(stream(one, "init")), jax.random.key_data(keys.init[5])
    )
