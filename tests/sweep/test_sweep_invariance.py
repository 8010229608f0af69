"""On a CPU not one bit of a model depends on how the sweep was carried out."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps
from phasesim import execute, plan, rows
from phasesim.engines._program import compiled, empty_state
from phasesim.execute import Executor
from phasesim.plan import Block, Plan, lane_width

DENSITIES = [1.0, 0.7, 0.4, 0.2, 0.1, 0.05]


def density(values=DENSITIES):
    return ps.values("distribution.density", values)


def assert_same(one, two, at_one=..., at_two=...):
    assert set(one.names()) == set(two.names())
    for name in one.names():
        np.testing.assert_array_equal(one.stored(name)[at_one], two.stored(name)[at_two], name)


@pytest.fixture(scope="module", params=["shared", "independent"])
def draws(request):
    return request.param


@pytest.fixture(scope="module")
def reference(tiny_sweep, draws):
    return ps.run(tiny_sweep(axes=[density()], n_seeds=3, draws=draws))


def test_run_again(tiny_sweep, draws, reference):
    assert_same(ps.run(tiny_sweep(axes=[density()], n_seeds=3, draws=draws)), reference)


def test_models_differ_as_they_should(reference, draws):
    W = reference.params()["W"]
    assert len(np.unique(W.reshape(18, -1), axis=0)) == 18


def test_order_of_the_axis(tiny_sweep, draws, reference):
    order = [4, 0, 5, 2, 1, 3]
    shuffled = [DENSITIES[i] for i in order]
    made = ps.run(tiny_sweep(axes=[density(shuffled)], n_seeds=3, draws=draws))
    assert_same(made, reference, ..., order)


def test_a_wider_grid_and_more_seeds(tiny_sweep, draws, reference):
    # more cells than a tile holds: every old cell gets other neighbours and another lane
    lanes = Plan(reference.sweep).lanes[0]
    more = np.geomspace(0.9, 0.011, lanes + 9).tolist() + DENSITIES
    made = ps.run(tiny_sweep(axes=[density(more)], n_seeds=4, draws=draws))
    assert len(Plan(made.sweep).blocks) == 8
    assert_same(made, reference, np.s_[-6:, :3], ...)


def test_a_cell_alone(tiny_sweep, draws, reference):
    made = ps.run(tiny_sweep(axes=[density([0.2])], n_seeds=1, draws=draws))
    assert_same(made, reference, ..., np.s_[3:4, :1])
    by_field = tiny_sweep(
        axes=[],
        n_seeds=1,
        draws=draws,
        distribution=ps.distributions.sparse_uniform(density=float(np.float32(0.2))),
    )
    assert_same(ps.run(by_field), reference, ..., np.s_[3, :1])  # fmt: skip


@pytest.mark.parametrize("memory", ["least", None])
def test_blocks_in_flight(tiny_sweep, draws, reference, memory, monkeypatch):
    sweep = tiny_sweep(axes=[density()], n_seeds=3, draws=draws)
    budget = Plan(sweep).peak_memory(1) if memory else None
    monkeypatch.setattr(execute, "cores", lambda: 5)
    assert execute.blocks_in_flight(Plan(sweep), budget) == (1 if memory else 5)
    assert_same(ps.run(sweep, options=ps.Options(memory=budget)), reference)


def test_chunks_of_any_size(tiny_sweep, draws, reference, monkeypatch, tmp_path):
    sweep = tiny_sweep(axes=[density()], n_seeds=3, draws=draws)
    files = []
    for i, seconds in enumerate([1e-9, 1e9]):
        monkeypatch.setattr(plan, "CHUNK_SECONDS", seconds)
        path = tmp_path / f"{i}" / "x.h5"
        path.parent.mkdir()
        with ps.run(sweep, path, ps.Options(keep_run=True)) as stored:
            assert_same(stored, reference)
        chunks = list((tmp_path / f"{i}" / "x.run" / "chunks").iterdir())
        assert len(chunks) == [3, 1][i]
        files.append(path.read_bytes())
    assert files[0] == files[1]


def test_snapshots_change_nothing(tiny_sweep, draws, reference):
    made = ps.run(tiny_sweep(axes=[density()], n_seeds=3, draws=draws, record={"snapshots": 4}))
    for name in reference.names():
        np.testing.assert_array_equal(made.stored(name), reference.stored(name))
    snapshots = made.stored("W_snapshot")
    steps = rows.snapshot_steps(made.sweep.experiment)
    assert (steps[0], steps[-1], len(steps)) == (0, 20, 4)
    np.testing.assert_array_equal(snapshots[:, :, -1], reference.params()["W"])
    assert (snapshots[:, :, 0] != snapshots[:, :, 1]).any(axis=(2, 3)).all()


@pytest.mark.parametrize("pauses", [[7, 20], [1, 2, 3, 19, 20]])
def test_leaving_and_entering_the_program_at_any_step(tiny_sweep, draws, reference, pauses):
    plan_ = Plan(tiny_sweep(axes=[density()], n_seeds=3, draws=draws))
    executor = Executor(plan_)
    inputs = executor._inputs(Block(0, 1, np.arange(6)))
    state, step = empty_state(inputs), 0
    for end in pauses:
        state, outcome = compiled("cpu")(inputs, state, jnp.int32(step), jnp.int32(end))
        step = end
    for name, values in rows.named(outcome).items():
        np.testing.assert_array_equal(np.asarray(values)[:6], reference.stored(name)[:, 1], name)


def test_a_sweep_and_one_run_of_it_agree(tiny_sweep, draws, reference):
    if draws == "shared":
        pytest.skip("one run draws its own numbers")
    sweep = reference.sweep
    trained = jax.jit(lambda e, k: ps.train(e, k), static_argnums=0)
    experiment = sweep.at((2,))
    outcome = trained(experiment, ps.cell_key(0, experiment.key_digest(), 1))
    for name in ("W", "b"):
        # one model alone is rounded otherwise than in a tile; Adam's first steps amplify that
        np.testing.assert_allclose(outcome.params[name], reference.params()[name][2, 1], atol=2e-5)
    assert int(outcome.status) == reference.status[2, 1]
    # the evaluation samples differ: 16,384 of each
    assert float(outcome.loss) == pytest.approx(reference.loss[2, 1], rel=0.1)


def test_seeds_of_a_cell_share_no_start(reference):
    W = reference.params()["W"]
    assert not np.array_equal(W[:, 0], W[:, 1])


def test_another_root_seed_is_another_sweep(tiny_sweep, draws, reference):
    made = ps.run(tiny_sweep(axes=[density()], n_seeds=3, seed=1, draws=draws))
    assert (made.params()["W"] != reference.params()["W"]).all(axis=(2, 3)).all()


@pytest.mark.parametrize("platform", ["cpu", "gpu"])
def test_lane_width_follows_from_the_sizes_alone(platform):
    widths = set()
    for n in (1, 2, 5, 20, 80, 200, 1000):
        for m in (1, 5, 20):
            width = lane_width(ps.Experiment(n_features=n, n_hidden=m), platform)
            # one to three models take other paths in XLA
            assert width >= 4
            other = ps.Experiment(n_features=n, n_hidden=m, importance="geometric", n_steps=3)
            assert lane_width(other, platform) == width
            widths.add(width)
    assert len(widths) > 1
