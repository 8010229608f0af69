"""Each metric against a loop over plain numbers that shares no code with it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import phasesim as ps
from phasesim import registry
from phasesim.errors import UsageError

#: those of weights; what a metric of a result is held to is in tests/basins
NAMES = [n for n in registry.names("metric") if not registry.get("metric", n).spec.of_result]


def metric(name):
    return registry.get("metric", name)


def experiment_for(W):
    """An experiment of the size of W, for the metrics that look at one."""
    n_hidden, n_features = np.shape(W)[-2:]
    return ps.Experiment(n_features=n_features, n_hidden=n_hidden)


def dot(u, v):
    return math.fsum(x * y for x, y in zip(u, v, strict=True))


def loop_norm(columns, i):
    return math.sqrt(dot(columns[i], columns[i]))


def loop_superposition(columns, i):
    norm = loop_norm(columns, i)
    others = [j for j in range(len(columns)) if j != i]
    if norm < 1e-6:
        return 0.0
    return math.fsum((dot(columns[i], columns[j]) / norm) ** 2 for j in others)


def loop_dimensionality(columns, i):
    norm = loop_norm(columns, i)
    if norm < 1e-6:
        return 0.0
    return norm**4 / math.fsum(dot(columns[i], w) ** 2 for w in columns)


def loop_partner_cosine(columns, i):
    """The rule written as a sort: |cos|, then overlap, then the negative one first."""
    if loop_norm(columns, i) < 1e-6:
        return 0.0
    ranked = []
    for j, other in enumerate(columns):
        if j != i and loop_norm(columns, j) >= 0.1:
            overlap = dot(columns[i], other) / loop_norm(columns, i)
            cosine = overlap / loop_norm(columns, j)
            ranked.append((-round(abs(cosine), 9), -round(abs(overlap), 9), cosine))
    return sorted(ranked)[0][2] if ranked else 0.0


def loop_phase(columns, i):
    if loop_norm(columns, i) < 0.5:
        return 0
    if loop_superposition(columns, i) > 0.25:
        cosine = loop_partner_cosine(columns, i)
        return 2 if cosine < 0 else 3 if cosine > 0 else 1
    return 1


PER_FEATURE = {
    "feature_norm": loop_norm,
    "superposition": loop_superposition,
    "dimensionality": loop_dimensionality,
    "max_cosine": loop_partner_cosine,
    "phase": loop_phase,
}


@pytest.mark.parametrize("name", PER_FEATURE)
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (2, 5), (3, 3), (5, 2)])
def test_metric_equals_loop(name, shape):
    W = np.random.default_rng(shape).normal(size=(4, 3, *shape))
    W[0, 0, :, 0] = 0.0
    W[0, 1, :, -1] = W[0, 1, :, 0]
    W[0, 2, :, 0] *= 1e-3
    found = metric(name)(W)
    for at in np.ndindex(4, 3):
        columns = W[at].T.tolist()
        expected = [PER_FEATURE[name](columns, i) for i in range(shape[1])]
        np.testing.assert_allclose(found[at], expected, rtol=1e-12, atol=1e-14)


def test_model_metrics_equal_loops():
    W = np.random.default_rng(3).normal(size=(6, 3, 4))
    for w, gram, d in zip(
        W, metric("signed_gram")(W), metric("dimensions_per_feature")(W), strict=True
    ):
        columns = w.T.tolist()
        np.testing.assert_allclose(gram, [[dot(u, v) for v in columns] for u in columns])
        assert d == pytest.approx(3 / sum(dot(u, u) for u in columns), rel=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_shape_dtype_and_documentation_follow_the_spec(name):
    function = metric(name)
    W = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    e = experiment_for(W)
    found = function(W, b=np.zeros((2, 3, 5)), experiment=e)
    assert found.shape == (2, 3, *([5] * len(function.spec.dims)))
    assert found.dtype == (np.int8 if name == "phase" else np.float64)
    assert set(function.spec.dims) <= {"feature", "feature2"}
    assert function.spec.label and function.spec.reference
    for section in ("Args:", "Returns:", "Raises:", "Reference:", ">>>"):
        assert section in function.__doc__
    # a batch is its members
    np.testing.assert_array_equal(found[1, 2], function(W[1, 2], experiment=e))


@pytest.mark.parametrize("name", NAMES)
def test_wrong_input_is_refused(name):
    with pytest.raises(UsageError, match=r"expected \(\.\.\., n_hidden, n_features\)"):
        metric(name)(np.ones(3))
    with pytest.raises(UsageError, match="real numbers"):
        metric(name)(np.ones((2, 2), dtype=complex))


@pytest.mark.parametrize("name", NAMES)
def test_nan_is_never_hidden_and_stays_in_its_model(name):
    W = np.random.default_rng(1).normal(size=(2, 2, 3))
    W[1] = np.nan
    e = experiment_for(W)
    found = metric(name)(W, experiment=e)
    undefined = (found[1] == -1) if name == "phase" else np.isnan(found[1])
    assert np.all(undefined)
    np.testing.assert_array_equal(found[0], metric(name)(W[0], experiment=e))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("error")
def test_diverged_weights_give_no_warning(name):
    for value in (np.inf, -np.inf, 1e300, 3e38):
        W = np.array([[value, 1.0, 0.0], [0.0, 1.0, value]])
        metric(name)(W, experiment=experiment_for(W))


columns = st.one_of(
    st.just([0.0, 0.0]),
    st.just([1.0, 0.0]),
    st.just([-1.0, 0.0]),
    st.lists(st.floats(-2, 2), min_size=2, max_size=2),
    st.lists(st.floats(-1e-7, 1e-7), min_size=2, max_size=2),
    st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(columns, min_size=1, max_size=5))
def test_bounds_hold_for_any_weights(drawn):
    W = np.array(drawn).T
    norm, D = metric("feature_norm")(W), metric("dimensionality")(W)
    assert np.all((D >= 0) & (D <= 1 + 1e-12))
    assert D.sum() <= min(2, np.count_nonzero(norm)) + 1e-9
    assert np.all(metric("superposition")(W) >= 0)
    assert np.all(np.abs(metric("max_cosine")(W)) <= 1)
    phase = metric("phase")(W)
    assert set(phase.tolist()) <= {0, 1, 2, 3}
    np.testing.assert_array_equal(phase == 0, norm < 0.5)
    # D_i compares directions and relative lengths only
    if np.all((norm == 0) | (norm > 1e-5)):
        np.testing.assert_allclose(metric("dimensionality")(W * 16.0), D, rtol=1e-12)
