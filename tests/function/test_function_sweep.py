"""Sweeps of a user's own function: same keys, chunks, store and resume."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import phasesim as ps


def walk(key, scale, n, kind="plain"):
    steps = scale * jax.random.normal(key, (n,))
    sign = -1 if kind == "mirrored" else 1
    return {"end": sign * steps.sum(), "nested": {"path": sign * steps.cumsum()}}


AXES = [ps.linspace("scale", 0, 1, 5), ps.values("n", [3, 4])]


def test_leaves_are_stored_by_name_and_padded():
    result = ps.sweep_function(walk, AXES, n_seeds=2)
    path = result.stored("nested.path")
    assert path.shape == (5, 2, 2, 4) and result.stored("end").shape == (5, 2, 2)
    assert np.isnan(path[:, 0, :, 3]).all() and np.isfinite(path[:, 1]).all()
    np.testing.assert_allclose(path[:, 1, :, 3], result.stored("end")[:, 1], rtol=1e-5)
    # the float axis scales one cell's numbers; cells and seeds differ in their keys
    assert (result.stored("end")[0] == 0).all()
    assert len(np.unique(result.stored("end")[1:])) == 16


def test_the_key_is_that_of_the_cell_and_seed():
    result = ps.sweep_function(lambda key, x: x + jax.random.uniform(key), [ps.values("x", [0.5])],
                               n_seeds=2, name="one")  # fmt: skip
    again = ps.sweep_function(lambda key, x: x + jax.random.uniform(key), [ps.values("x", [0.5])],
                              n_seeds=2, seed=1, name="one")  # fmt: skip
    assert result.stored("value").shape == (1, 2)
    assert not np.intersect1d(result.stored("value"), again.stored("value")).size


def test_store_resume_extend_and_refusal_of_another_source(tmp_path):
    path = tmp_path / "walk.h5"
    first = ps.sweep_function(walk, AXES, n_seeds=1, path=path).stored("end")
    grown = ps.sweep_function(walk, AXES, n_seeds=3, path=path).stored("end")
    np.testing.assert_array_equal(grown[..., :1], first)
    np.testing.assert_array_equal(grown, ps.sweep_function(walk, AXES, n_seeds=3).stored("end"))
    with pytest.raises(ps.PhasesimError, match=r"function\.fixed\.kind"):
        ps.sweep_function(walk, AXES, n_seeds=3, path=path, fixed={"kind": "mirrored"})

    def other(key, scale, n):
        return {"end": scale * n}

    with pytest.raises(ps.PhasesimError, match="source_sha256"):
        ps.sweep_function(other, AXES, n_seeds=3, path=path)
    np.testing.assert_array_equal(ps.open_result(path).stored("end"), grown)


def test_text_axes_compile_apart_and_failures_are_statuses():
    axes = [ps.values("kind", ["plain", "mirrored"]), ps.values("scale", [1.0, 3e38])]
    result = ps.sweep_function(walk, axes, fixed={"n": 64})
    assert result.sweep.shape == (2, 2)
    assert (result.status[:, 0] == ps.Status.ok).all()
    assert (result.status[:, 1] == ps.Status.nonfinite_loss).all()


def test_a_memory_bound_does_not_hinder_a_function():
    axes = [ps.values("scale", [0.5])]
    result = ps.sweep_function(walk, axes, fixed={"n": 2}, options=ps.Options(memory=1))
    assert np.isfinite(result.stored("end")).all()


def test_arguments_that_do_not_exist_are_refused_by_name():
    with pytest.raises(ps.ConfigError, match=r"sclae.*expected key, scale, n, kind"):
        ps.sweep_function(walk, [ps.linspace("sclae", 0, 1, 2)])
    with pytest.raises(ps.PhasesimError, match="status"):
        ps.sweep_function(lambda key, x: {"status": jnp.float32(x)}, [ps.values("x", [0.5])],
                          name="bad")  # fmt: skip
