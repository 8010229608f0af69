"""Jumps while models train: planted courses, and a store's snapshots."""

from __future__ import annotations

import jax
import numpy as np
import pytest

import phasesim as ps
from phasesim import pytree
from phasesim.interpret._columns import dimensionality, partners, represented
from phasesim.interpret._data import draw, training_samples
from phasesim.interpret.learning_jumps import _changes, levels, recorded
from phasesim.keys import model_keys

N, M = 4, 2


@pytest.fixture(scope="module")
def experiment():
    return ps.Experiment(
        n_features=N, n_hidden=M, n_steps=1000, record={"snapshots": 6},
        distribution=ps.distributions.sparse_uniform(density=0.2),
    )  # fmt: skip


def pairs(first, second):
    """Two antipodal pairs, each along an axis."""
    W = np.zeros((M, N))
    for axis, (i, j) in enumerate([first, second]):
        W[axis, [i, j]] = 1, -1
    return W


@pytest.fixture(scope="module")
def course():
    """Small, small, two pairs, the same, the same, other pairs."""
    rng = np.random.default_rng(0)
    start, early = 0.1 * rng.normal(size=(2, M, N))
    old, new = pairs((0, 1), (2, 3)), pairs((0, 2), (1, 3))
    return np.stack([start, early, old, old, old, new])


@pytest.fixture(scope="module")
def found(experiment, course):
    settled = np.concatenate([course[:5], course[4:5]])
    single = pytree.as_arrays(experiment, np.float32)
    pytree.register(single)
    analysis = ps.registry.get("analysis", "learning_jumps")(n_samples=4000)
    Ws = np.stack([course, settled]).astype("f4")
    params = {"W": Ws, "b": np.zeros((2, 6, N), "f4")}
    key = jax.random.key(3)
    program = jax.jit(jax.vmap(lambda p: analysis.measure(p, single, key)))
    made = {name: np.asarray(v) for name, v in program(params).items()}
    assert set(made) == set(analysis.outputs)
    return made | {"x": np.asarray(draw(single, key, "test", 4000), float)}


def test_the_loss_and_its_slope_are_those_of_a_loop(experiment, course, found):
    steps, x = np.array(recorded(experiment)), found["x"]
    assert steps[0] == 0 and steps[-1] == 1000 and len(steps) == 6
    losses = [((np.maximum(W.T @ W @ x, 0) - x) ** 2).sum(axis=0).mean() for W in course]
    # float32 means of 4,000 samples
    np.testing.assert_allclose(found["step_loss"][0], losses, rtol=1e-4)
    slope = -np.diff(np.log(losses)) / np.diff(np.log(1 + steps))
    np.testing.assert_allclose(found["slope"][0], [0, *slope], atol=1e-3)


def test_levels_jumps_and_what_explains_them(found):
    np.testing.assert_array_equal(found["level"][0], [[0] * N] * 2 + [[0.5] * N] * 4)
    np.testing.assert_allclose(found["dimensionality"][:, 2:], 0.5, atol=1e-6)
    np.testing.assert_array_equal(found["jump"], [[0, 0, 1, 0, 0, 0]] * 2)
    np.testing.assert_array_equal(found["moved"], [[0, 0, 4, 0, 0, 0]] * 2)
    np.testing.assert_array_equal(found["n_jumps"], [1, 1])
    np.testing.assert_array_equal(found["explained"], [1, 1])
    # of five steps after the first, three are next to the one where features move
    np.testing.assert_allclose(found["explained_chance"], 3 / 5)


def test_features_that_swap_partners_change_roles_and_others_do_not(found):
    np.testing.assert_array_equal(found["role_changed"], [[1] * N, [0] * N])
    np.testing.assert_array_equal(found["role_changed_settled"], [[1] * N, [0] * N])


def test_who_comes_to_share_changes_roles_and_who_was_never_there_has_none():
    alone, shared = np.array([[1.0, 0, 0], [0, 1, 0]]), np.array([[1.0, -1, 0], [0, 0, 0]])
    Ws = np.stack([alone, shared, shared])
    changed, settled = _changes(*(np.stack([f(W) for W in Ws]) for f in (partners, represented)))
    np.testing.assert_array_equal(changed, [1, 1, np.nan])
    np.testing.assert_array_equal(settled, [0, 0, np.nan])


def test_levels_are_the_fractions_of_the_paper():
    for fraction in (0, 1 / 3, 3 / 8, 2 / 5, 1 / 2, 2 / 3, 3 / 4, 1):
        assert np.isclose(levels(), fraction).any()
    assert levels() == sorted(levels())


def test_dimensionality_and_partners_of_planted_directions():
    W = np.array([[1.0, -1.0, 0.0, 0.01, 0.0], [0.0, 0.0, 0.7, 0.0, 0.0]])
    np.testing.assert_allclose(dimensionality(W), [0.5, 0.5, 1, 0, 0], atol=1e-3)
    # who is alone has no partner, and who has no length is none
    np.testing.assert_array_equal(partners(W), [1, 0, -1, -1, -1])
    assert int(partners(np.array([[1.0, 0.0]]))[0]) == -1
    expected = ps.dimensionality(W)
    np.testing.assert_allclose(dimensionality(W)[:3], expected[:3], atol=1e-3)


@pytest.mark.slow
def test_the_snapshots_of_a_sweep_with_runs_of_several_lengths(tiny_sweep):
    axes = [ps.values("n_steps", [20, 2])]
    result = ps.run(tiny_sweep(axes=axes, record={"snapshots": 4}))
    found = ps.analyse(result, "learning_jumps", n_samples=64)
    assert found.dims("dimensionality") == ("n_steps", "seed", "step", "feature")
    assert found.along("step").tolist() == recorded(result.sweep.experiment.replace(n_steps=20))
    loss = found.stored("step_loss")
    assert np.isfinite(loss[0]).all() and np.isfinite(loss[1, :, :3]).all()
    assert np.isnan(loss[1, :, 3:]).all()
    W = result.stored("W_snapshot")[0, 0, -1]
    D, norm = ps.dimensionality(W), np.linalg.norm(W, axis=0)
    np.testing.assert_allclose(
        found.stored("dimensionality")[0, 0, -1], np.where(norm >= 0.5, D, 0), atol=1e-5
    )


@pytest.mark.parametrize("draws", ["shared", pytest.param("independent", marks=pytest.mark.slow)])
def test_samples_that_a_model_was_trained_on_are_the_ones_it_is_measured_by(
    tiny_sweep, draws, monkeypatch
):
    sweep = tiny_sweep(
        n_features=6, n_steps=400, draws=draws, n_seeds=4, record={"n_losses": 400}, axes=[],
        optimizer={"name": "adam", "learning_rate": 1e-2},
        distribution={
            "name": "dataset", "n_samples": 3, "law": {"name": "unit_length", "density": 0.3}
        },
    )  # fmt: skip
    result = ps.run(sweep)
    found = ps.analyse(result, "data_dimensions", most=2, n_samples=2000)
    train, test = (found.stored(f"loss_of_{name}") for name in ("training", "fresh"))
    # the last point of the loss curve is the training loss one small step before the end
    np.testing.assert_allclose(train, result.stored("loss_curve")[..., -1], atol=2e-3)
    # 2,000 samples of a loss below 1, against 16,384
    np.testing.assert_allclose(test, result.loss, atol=0.1)
    assert test.mean() > 5 * train.mean()
    assert found.dims("hidden_of_sample") == ("seed", "sample", "hidden")
    x = [np.asarray(training_samples(*given)) for given in trained_on(sweep, draws)]
    for seed, W in enumerate(result.params()["W"].astype(float)):
        h = (W @ x[seed]).T
        square, total = (h**2).sum(axis=1) ** 2, ((h @ h.T) ** 2).sum(axis=1)
        D = np.divide(square, total, out=np.zeros(3), where=total > 0)
        # float32
        made = found.stored("dimensionality")[seed]
        np.testing.assert_allclose(made, D[:2], atol=1e-4)
        np.testing.assert_allclose(found.stored("hidden_of_sample")[seed], h[:2], atol=1e-5)
        assert found.stored("mean_of_samples")[seed] == pytest.approx(D.mean(), rel=1e-4)
        features = found.stored("dimensionality_of_feature")[seed]
        np.testing.assert_allclose(features, ps.dimensionality(W), atol=1e-4)
    # what has no snapshots, no data set, or takes the name of what is stored, is refused
    with pytest.raises(ps.PhasesimError, match=r"record\.snapshots"):
        ps.analyse(result, "learning_jumps")
    with pytest.raises(ps.PhasesimError, match="expected the distribution dataset"):
        ps.registry.get("analysis", "data_dimensions")().coords(ps.Experiment())
    analysis = ps.registry.get("analysis", "basis_alignment")
    monkeypatch.setattr(analysis, "outputs", {"loss": analysis.outputs["polysemantic"]})
    with pytest.raises(ps.PhasesimError, match="loss: an output cannot have this name"):
        ps.analyse(result, "basis_alignment")


def trained_on(sweep, draws):
    """(experiment, data key) of each seed, as the sweep derives them."""
    single = pytree.as_arrays(sweep.experiment, np.float32)
    digest = np.frombuffer(sweep.experiment.key_digest(), np.uint8)[None]
    for replica in range(sweep.n_seeds):
        words = model_keys(sweep.seed, digest, replica, draws).data.reshape(2)
        yield single, jax.random.wrap_key_data(words)
