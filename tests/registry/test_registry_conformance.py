"""What every registered variant of every kind keeps, built in or not."""

from __future__ import annotations

import re

import numpy as np
import pytest

import phasesim as ps
from phasesim import registry
from phasesim.parts import Part, build, specs, to_config

NEEDED = {"values": {"weights": [1.0, 2.0, 0.5]}, "from_store": {"path": "x.h5"}}
EVERY = [(k, n) for k in registry.FOLDERS for n in registry.names(k)]
PARTS = [(k, n) for k, n in EVERY if k != "metric"]
#: a paper with its year, a package, or this one
REFERENCE = re.compile(r"\b(1[89]|20)\d\d\b|optax|phasesim|figures\.md")


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_it_says_what_it_is_and_where_from(kind, name):
    variant = registry.get(kind, name)
    assert variant.__name__ == name
    assert (variant.__doc__ or "").strip()
    assert "\n" not in variant.__doc__.strip().split("\n\n")[0] or kind != "metric"
    reference = variant.spec.reference if kind == "metric" else variant.reference
    assert REFERENCE.search(reference), reference


@pytest.mark.parametrize(("kind", "name"), PARTS)
def test_it_is_built_from_its_table_and_hashes_as_itself(kind, name):
    made = build(kind, {"name": name, **NEEDED.get(name, {})}, kind)
    assert isinstance(made, Part) and made.kind == kind
    again = build(kind, to_config(made), kind)
    assert again == made and hash(again) == hash(made)
    for field, spec in specs(made).items():
        assert spec.doc, f"{name}.{field} has no meaning"
    with pytest.raises(ps.ConfigError, match=rf"^{kind}\.nonesuch: unknown field"):
        build(kind, {"name": name, "nonesuch": 1}, kind)


OF_RESULT = [n for n in registry.names("metric") if registry.get("metric", n).spec.of_result]


@pytest.mark.parametrize("name", sorted(set(registry.names("metric")) - set(OF_RESULT)))
def test_a_metric_declares_its_dims_and_keeps_float64(name):
    function = registry.get("metric", name)
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(4, 2, 3)), rng.normal(size=(4, 3))
    experiment = ps.Experiment(n_features=3, n_hidden=2)
    values = np.asarray(function(W, b, experiment))
    sizes = {"feature": 3, "hidden": 2}
    own = tuple(
        next(s for d, s in sizes.items() if dim.startswith(d)) for dim in function.spec.dims
    )
    assert values.shape == (4, *own)
    assert values.dtype == np.float64 or values.dtype.kind == "i"
    # what has no value for some weights says so, and has one for others
    assert np.isfinite(values).all() or (function.spec.undefined and np.isfinite(values).any())
    # one model alone gives what it gives among others, of whatever experiment if it uses none
    given = experiment if function.spec.uses_experiment else None
    alone = np.asarray(function(W[1], b[1], given))
    assert np.array_equal(alone, values[1], equal_nan=True)


def test_a_metric_of_a_result_is_one_number_a_model(tiny_sweep):
    result = ps.run(tiny_sweep(n_steps=60))
    for name in OF_RESULT:
        values = result.metric(name)
        assert values.shape == result.shape, name
        assert np.isfinite(values).all(), name
        assert registry.get("metric", name).spec.dims == ()


@pytest.mark.parametrize("name", registry.names("importance"))
def test_an_importance_gives_a_weight_a_feature(name):
    made = build("importance", {"name": name, **NEEDED.get(name, {})}, "importance")
    weights = np.asarray(made.per_feature(3))
    assert weights.shape == (3,)
    assert (weights >= 0).all() and weights.sum() > 0


def test_importances_by_their_formulas():
    assert ps.importances.uniform().per_feature(3).tolist() == [1, 1, 1]
    assert ps.importances.geometric(base=0.5, start=1).per_feature(3).tolist() == [0.5, 0.25, 0.125]
    assert ps.importances.last_relative(ratio=4).per_feature(3).tolist() == [1, 1, 4]
    assert ps.importances.last_relative(ratio=4).per_feature(1).tolist() == [4]
    assert ps.importances.values(weights=[3, 0]).per_feature(2).tolist() == [3, 0]


def test_importances_are_float64_before_they_are_trained_with():
    # 0.9^99 in float32 is off by 1e-6; metrics and theory work in float64
    weights = ps.importances.geometric(base=0.9).per_feature(100)
    np.testing.assert_allclose(weights, 0.9 ** np.arange(100), rtol=1e-14)


@pytest.mark.parametrize("name", registry.names("schedule"))
def test_a_schedule_stays_between_0_and_its_peak(name):
    shape = build("schedule", name, "schedule").shape(200)
    course = np.array([float(shape(t)) for t in range(200)])
    assert np.isfinite(course).all()
    assert (course >= 0).all()
    # float32 cosines overshoot 1 by rounding only
    assert course.max() == pytest.approx(1, abs=1e-6)


def test_schedules_by_their_formulas():
    t = np.arange(50)
    shape = ps.schedules.cosine(final=0.2).shape(50)
    expected = 0.2 + 0.8 * (1 + np.cos(np.pi * t / 50)) / 2
    np.testing.assert_allclose([float(shape(s)) for s in t], expected, atol=1e-6)
    assert float(ps.schedules.cosine().shape(50)(50)) == pytest.approx(0, abs=1e-6)
    assert {float(ps.schedules.constant().shape(50)(s)) for s in t} == {1.0}
    rise = ps.schedules.warmup_cosine(warmup_steps=10, final=0.1).shape(50)
    np.testing.assert_allclose([float(rise(s)) for s in range(11)], t[:11] / 10, atol=1e-6)
    fall = 0.1 + 0.9 * (1 + np.cos(np.pi * np.arange(41) / 40)) / 2
    np.testing.assert_allclose([float(rise(s)) for s in range(10, 51)], fall, atol=1e-6)


@pytest.mark.parametrize("name", registry.names("target"))
def test_a_target_knows_its_variance(name):
    target = build("target", name, "target")
    law = ps.distributions.sparse_uniform(density=0.3)
    rng = np.random.default_rng(0)
    x = law.from_uniform(rng.random((2, 200_000)), 2)
    y = np.asarray(target.of(x))
    assert y.shape == x.shape
    # the standard error of the variance is below 3e-4 here
    np.testing.assert_allclose(y.var(axis=1), target.variance(law, 2), atol=1.5e-3)


@pytest.mark.parametrize("name", registry.names("loss"))
def test_a_loss_is_0_where_nothing_is_wrong(name):
    loss = build("loss", name, "loss")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 3, 50)), (rng.random((3, 50)) < 0.5).astype(float)
    # of a target of 0 and 1, so that it may have logits, which are right where they are large
    right = y if loss.estimate(2.0) == 2 else 1000 * (2 * y - 1)
    assert np.array_equal(loss.pointwise(right, y), np.zeros((3, 50)))
    assert (loss.pointwise(x[0], y) >= 0).all()


def test_the_null_loss_is_the_loss_of_the_best_constant():
    experiment = ps.Experiment(
        n_features=2,
        importance=ps.importances.values(weights=[1, 3]),
        distribution=ps.distributions.sparse_uniform(density=[0.5, 0.1]),
    )
    p = np.array([0.5, 0.1])
    assert experiment.null_loss() == pytest.approx(np.sum([1, 3] * (p / 3 - p**2 / 4)))
