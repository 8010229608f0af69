"""Single fields: what they take, what they refuse, and the words of the refusal."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import phasesim as ps
from phasesim.fields import FieldSpec, static, swept
from phasesim.parts import Part, part, specs

NUMBER = FieldSpec("swept", "", low=0, high=1, open_low=True)
WHOLE = FieldSpec("static", "", int, low=1, high=100)


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int64(1), Fraction(1, 2), 5e-324])
def test_a_number_in_range_becomes_a_float(value):
    made = NUMBER.check("density", value)
    assert type(made) is float
    assert made == float(value)


@pytest.mark.parametrize(
    "value",
    [0, -1, 1.0000001, math.nan, math.inf, -math.inf, True, False, "0.5", None, [0.5], 1j, 10**400],
)
def test_anything_else_is_refused_with_field_and_range(value):
    with pytest.raises(ps.ConfigError, match=r"^density: found .*expected a number in \(0, 1\]"):
        NUMBER.check("density", value)


@pytest.mark.parametrize("value", [1, 100, np.int32(7), np.uint8(7)])
def test_a_whole_number_in_range_becomes_an_int(value):
    made = WHOLE.check("k", value)
    assert type(made) is int
    assert made == value


@pytest.mark.parametrize(
    "value", [0, 101, True, False, 1.0, "1", None, math.nan, 10**400, -(2**63), [1], np.bool_(True)]
)
def test_no_float_no_bool_no_text_passes_for_a_whole_number(value):
    with pytest.raises(ps.ConfigError, match=r"^k: found .*expected an integer in \[1, 100\]"):
        WHOLE.check("k", value)


@given(st.one_of(st.floats(), st.integers(), st.booleans(), st.text(), st.none()))
def test_a_checked_number_lies_in_its_range_or_is_refused(value):
    try:
        made = NUMBER.check("x", value)
    except ps.ConfigError as error:
        assert error.field == "x"
    else:
        assert 0 < made <= 1


def test_ranges_in_words():
    assert FieldSpec("swept", "").expected == "a number"
    assert FieldSpec("swept", "", low=0).expected == "a number >= 0"
    assert FieldSpec("swept", "", low=0, open_low=True).expected == "a number > 0"
    assert FieldSpec("static", "", str, choices=("a", "b")).expected == "one of a, b"
    assert FieldSpec("static", "", bool).expected == "true or false"
    assert FieldSpec("swept", "", per_feature=True).expected.endswith("a list with one per feature")


def test_a_list_where_a_feature_has_its_own_number():
    spec = FieldSpec("swept", "", low=0, per_feature=True)
    assert spec.check("w", [1, 0.5]) == (1.0, 0.5)
    assert spec.check("w", np.array([1.0, 2.0])) == (1.0, 2.0)
    with pytest.raises(ps.ConfigError, match=r"^w\[1\]: found -1"):
        spec.check("w", [1, -1])


def test_words_of_a_closed_list():
    with pytest.raises(ps.ConfigError, match="expected one of shared, independent"):
        ps.Experiment(draws="Shared")


@part("this test")
class between(Part):
    low: float = swept(0.0, "lower end")
    high: float = swept(1.0, "upper end")
    sides: int = static(2, "how many", low=0, high=9)

    def check(self) -> None:
        if self.low > self.high:
            raise ps.ConfigError("low", f"found {self.low:g}", expected=f"at most {self.high:g}")


def test_parts_are_frozen_keyword_only_values():
    made = between(high=3)
    assert made == between(low=0, high=3.0)
    assert hash(made) == hash(between(high=3))
    assert made.replace(low=2).low == 2.0
    with pytest.raises(AttributeError, match="cannot assign"):
        made.low = 1.0
    with pytest.raises(TypeError, match=r"found 1\.0 without the name of a field"):
        between(1.0)


def test_conditions_between_fields_are_checked_at_every_construction():
    with pytest.raises(ps.ConfigError, match="low: found 2, expected at most 1"):
        between(low=2)
    with pytest.raises(ps.ConfigError, match="low: found 5"):
        between(high=9).replace(low=5, high=1)


def test_every_field_of_an_experiment_has_a_meaning():
    for name, spec in specs(ps.Experiment).items():
        assert spec.doc, name


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"n_features": 0}, "n_features: found 0, expected an integer in [1,"),
        ({"n_hidden": 10**9}, "n_hidden: found 1000000000"),
        ({"n_steps": -1}, "n_steps: found -1"),
        ({"n_steps": True}, "n_steps: found True"),
        ({"batch_size": 2.0}, "batch_size: found 2.0"),
        ({"dtype": "float16"}, "dtype: found 'float16', expected one of float32"),
        (
            {"importance": {"name": "values", "weights": [1.0]}},
            "importance.weights: found 1 number",
        ),
        ({"importance": ps.models.linear()}, "importance: found a model, expected a importance"),
        ({"record": {"n_losses": -1}}, "record.n_losses: found -1"),
        ({"record": 3}, "record: found 3, expected a table"),
    ],
)
def test_an_experiment_refuses(fields, expected):
    with pytest.raises(ps.ConfigError) as caught:
        ps.Experiment(**fields)
    assert expected.replace("a importance", "a") in str(caught.value).replace("an importance", "a")


def test_hidden_may_exceed_features_and_steps_may_be_none():
    made = ps.Experiment(n_features=1, n_hidden=7, n_steps=0)
    assert (made.n_features, made.n_hidden, made.n_steps) == (1, 7, 0)


@pytest.mark.parametrize("seed", [-1, 2**32, 2**40, True, "0", 1.0])
def test_seeds_that_jax_would_fold_together_are_refused(seed):
    with pytest.raises(ps.ConfigError, match=r"sweep\.seed: found"):
        ps.Sweep(ps.Experiment(), seed=seed)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("distribution.factor_index", 10**30),
        ("init.k", 10**40),
        ("optimizer.schedule.warmup_steps", 10**12),
        ("importance.start", 10**30),
        ("record.snapshots", 10**13),
    ],
)
def test_sizes_that_no_program_can_hold_are_refused(field, value):
    base = ps.Experiment(
        importance={"name": "geometric", "base": 1.0},
        init="k_gon",
        optimizer={"name": "adam", "schedule": "warmup_cosine"},
    )
    from phasesim.paths import replace_at

    with pytest.raises(ps.ConfigError, match=rf"{field}: found {value}"):
        replace_at(base, field, value)


def test_importances_that_overflow_are_refused():
    with pytest.raises(ps.ConfigError, match="importance"):
        ps.Experiment(importance={"name": "geometric", "base": 1e38})


def test_a_factor_for_a_feature_that_does_not_exist_is_refused():
    law = {"name": "sparse_uniform", "factor": 2.0, "factor_index": 9}
    with pytest.raises(ps.ConfigError, match=r"distribution\.factor_index"):
        ps.Experiment(n_features=3, distribution=law)


def test_many_axes_are_checked_quickly(monkeypatch):
    paths = ["distribution.density", "distribution.factor", "optimizer.learning_rate",
             "optimizer.weight_decay", "optimizer.b1", "optimizer.b2", "optimizer.eps"]  # fmt: skip
    sizes = ["n_features", "n_hidden", "n_steps", "batch_size"]
    axes = [ps.values(p, [0.5, 0.25]) for p in paths] + [ps.values(p, [1, 2]) for p in sizes]
    built = 0
    original = ps.Experiment.check

    def check(self):
        nonlocal built
        built += 1
        original(self)

    monkeypatch.setattr(ps.Experiment, "check", check)
    assert ps.Sweep(ps.Experiment(), axes=axes).n_models == 2**11
    # each corner of the grid would take 11 experiments to build
    assert built < 11 * 2**11 / 2
