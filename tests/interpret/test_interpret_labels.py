"""Labels over training and retraining: derived values on planted steps, SciPy for the angles."""

from __future__ import annotations

import importlib
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import subspace_angles

import phasesim as ps
from phasesim import gallery
from phasesim.interpret import _labels

# neurons of the features 0 and 1; exchanged; turned to 2 and 3; the same again
STEPS = np.array([np.eye(2, 4), np.eye(2, 4)[::-1], np.eye(4)[2:], np.eye(4)[2:]])


@pytest.fixture(scope="module")
def experiment():
    return ps.Experiment(
        n_features=4, n_hidden=2, n_steps=4, record={"snapshots": 4},
        distribution=ps.distributions.sparse_uniform(density=0.3),
    )  # fmt: skip


def test_labels_switch_whether_or_not_the_subspace_moves(measure, experiment):
    found = measure("label_switches", experiment, STEPS[None])
    assert found["label"][0].tolist() == [[0, 1], [1, 0], [2, 3], [2, 3]]
    assert found["switched"][0].tolist() == [[1, 1], [1, 1], [0, 0]]
    # a cosine of 1 in float32 is an angle below 0.03 degrees
    np.testing.assert_allclose(found["moved"][0], [0, 90, 0], atol=0.05)
    np.testing.assert_allclose(found["moved_mean"][0], [0, 90, 0], atol=0.05)
    assert found["settled_switches"][0].tolist() == [0.5, 0.5]
    for name in ("switched_resampled", "settled_switches_resampled"):
        assert (found[name] == 0).all(), name


def test_retraining_relabels_turns_and_moves(measure, experiment):
    starts = [STEPS[[0, 1]], STEPS[[0, 2]], STEPS[[2, 3]], np.stack([np.eye(2, 4), [[0] * 4] * 2])]
    found = measure("relabelling", experiment, starts)
    assert found["relabelled"][:3].tolist() == [[1, 1], [1, 1], [0, 0]]
    np.testing.assert_allclose(found["turned"][:3, 0], [90, 90, 0], atol=0.05)
    np.testing.assert_allclose(found["moved"][:3], [0, 90, 0], atol=0.05)
    assert (found["relabelled_resampled"][:3] == 0).all()
    # neurons that fell silent have no label and no direction
    for name in ("relabelled", "turned", "moved", "moved_mean"):
        assert np.isnan(found[name][3]).all(), name


def test_principal_angles_against_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 7))
    b[2] = a[0] + 1e-9 * b[2]  # one direction in common
    largest, mean = _labels.principal_angles(jnp.asarray(a), jnp.asarray(b))
    expected = np.degrees(subspace_angles(a.T, b.T))
    assert float(largest) == pytest.approx(expected[0], abs=0.05)
    assert float(mean) == pytest.approx(expected.mean(), abs=0.05)
    # a row that the others span adds nothing
    flat = np.array([a[0], 2 * a[0], a[1]])
    largest, _ = _labels.principal_angles(jnp.asarray(flat), jnp.asarray(b))
    assert float(largest) == pytest.approx(
        np.degrees(subspace_angles(flat[[0, 2]].T, b.T)[0]), abs=0.05
    )


def test_slopes_are_those_of_differences():
    W = np.random.default_rng(1).normal(size=(2, 3))
    x = np.random.default_rng(2).random((3, 20))
    hidden = lambda v: jax.nn.relu(W @ v)  # noqa: E731
    expected = [(W[j] * (W[j] @ x > 0)[:, None]).mean(axis=0) for j in range(2)]
    np.testing.assert_allclose(_labels.slopes(hidden, jnp.asarray(x)), expected, atol=1e-6)


def test_models_that_go_on_from_others_have_those_trained_first(tiny_sweep, tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "folder", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    start = {"name": "from_store", "path": "first.h5"}
    for name, sweep in {"first": tiny_sweep(), "second": tiny_sweep(init=start)}.items():
        (tmp_path / f"{name}.toml").write_text(f"{sweep.to_toml()}\n[scale.quick]\nn_steps = 3\n")
    asked = []
    note = lambda sweep, path, _: asked.append((sweep.experiment.n_steps, path))  # noqa: E731
    # the name phasesim.run is that of the function
    monkeypatch.setattr(importlib.import_module("phasesim.run"), "run", note)
    for scale, steps in (("", 20), ("quick", 3)):
        gallery.result_of("second", gallery.sweep_of("second", scale), None, train=True)
        assert asked == [(steps, Path("first.h5")), (steps, Path("second.h5"))]
        asked.clear()
    Path("first.h5").touch()
    gallery.result_of("second", gallery.sweep_of("second"), None, train=True)
    assert asked == [(20, Path("second.h5"))]
