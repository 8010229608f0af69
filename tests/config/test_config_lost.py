"""What is given has to count: nothing that is typed is lost without a word."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from pickle import dumps, loads

import numpy as np
import pytest

import phasesim as ps
from phasesim.axes import shortest
from phasesim.cli.config import TEMPLATE
from phasesim.config import sweep_from_text
from phasesim.errors import with_article
from phasesim.registry import FOLDERS
from phasesim.rows import snapshot_steps

FILE = TEMPLATE.format(name="x")
NAMES = (
    '[sweep]\naxes = [ { path = "optimizer.name", values = ["sgd", "adam"] }, '
    '{ path = "distribution.density", linspace = [0.25, 1.0, 3], insert = [0.5] } ]'
)


@pytest.mark.parametrize(
    ("text", "overrides", "path"),
    [
        (FILE, ["distribution.density=0.5"], "distribution.density"),
        (FILE, ["distribution={ name = 'sparse_uniform', density = 0.5 }"], "distribution"),
        (FILE, ["n_steps=3", "importance.ratio=2"], "importance.ratio"),
        (NAMES, ["optimizer=sgd"], "optimizer"),
        (NAMES, ["optimizer.name=sgd"], "optimizer.name"),
        # an axis over the choice begins each of its parts anew
        (NAMES, ["optimizer.learning_rate=0.5"], "optimizer.learning_rate"),
        (NAMES, ["optimizer={ name = 'sgd', learning_rate = 0.5 }"], "optimizer"),
    ],
)
def test_what_an_axis_sets_is_not_set_beside_it_and_the_hint_works(text, overrides, path):
    with pytest.raises(ps.ConfigError, match=f"^x.toml: --set {re.escape(path)}: is set") as caught:
        sweep_from_text(text, "x.toml", overrides)
    message = str(caught.value)
    assert "expected a field without axis" in message
    (axes,) = re.findall(r"take the axis away with --set '(.*)'$", message)
    before = sweep_from_text(text, "x.toml")
    made = sweep_from_text(text, "x.toml", [*overrides, axes])
    assert made.axes == tuple(a for a in before.axes if a.path.split(".")[0] != path.split(".")[0])
    assert made.experiment != before.experiment


def test_a_long_list_of_other_axes_is_not_written_out():
    many = ", ".join(f"{i}.0" for i in range(1, 200))
    text = FILE.replace("geomspace = [0.1, 10.0, 20]", f"values = [{many}]")
    with pytest.raises(ps.ConfigError, match=r"with --set sweep\.axes=\[\.\.\.\], which lists the"):
        sweep_from_text(text, "x", ["distribution.density=0.5"])


@pytest.mark.parametrize(
    "overrides",
    [
        ["distribution=sparse_uniform"],
        ["distribution={ name = 'sparse_uniform', factor = 0.5 }"],
        ["optimizer.learning_rate=0.5"],
        ["distribution.density=0.5", "sweep.axes=[]"],
        ["sweep.axes=[{ path = 'importance.ratio', values = [2] }]", "distribution.density=0.5"],
    ],
)
def test_what_no_axis_sets_is_taken(overrides):
    assert sweep_from_text(FILE, "x", overrides).n_models


def test_a_file_may_carry_the_value_for_when_the_axis_is_gone():
    assert sweep_from_text(FILE, "x").experiment.distribution.density == 0.1


def test_a_list_is_written_as_the_hint_says():
    with pytest.raises(ps.ConfigError) as caught:
        sweep_from_text("n_features = 2\nimportance = [1, 0.5]", "x")
    (table,) = re.findall(r"write (\{.*\})$", str(caught.value))
    made = sweep_from_text(f"n_features = 2\nimportance = {table}", "x").experiment.importance
    assert made == ps.importances.values(weights=[1, 0.5])


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: ps.Experiment(n_feature=3), "n_feature: unknown field, did you mean 'n_features'"),
        (lambda: ps.optimizers.adamw(lr=1), "lr: unknown field, did you mean 'learning_rate'?"),
        (lambda: ps.Experiment().replace(n_step=1), "n_step: unknown field, did you mean 'n_steps"),
        (
            lambda: ps.Record(3),
            "Record: found 3 without the name of a field, expected NAME=VALUE, known: n_losses, ",
        ),
    ],
)
def test_an_argument_that_is_no_field_is_a_type_error_with_a_hint(make, expected):
    with pytest.raises(TypeError, match=re.escape(expected)) as caught:
        make()
    assert isinstance(caught.value, ps.ConfigError)


def test_parts_are_dataclasses_as_before():
    import copy
    import dataclasses
    import inspect

    made = ps.Experiment(n_features=3)
    assert loads(dumps(made)) == copy.deepcopy(made) == copy.copy(made) == made
    assert dataclasses.replace(made, n_features=4) == ps.Experiment(n_features=4)
    named = inspect.signature(ps.Experiment).parameters
    assert "n_features" in named and named["n_features"].kind is inspect.Parameter.KEYWORD_ONLY


def test_another_kind_of_part_is_named_with_its_article():
    with pytest.raises(ps.ConfigError, match="optimizer: found an importance, expected an optim"):
        ps.Experiment(optimizer=ps.importances.uniform())
    with pytest.raises(ps.ConfigError, match="did you mean 'adamw'"):
        ps.Experiment(optimizer="AdamW")
    articles = {kind: with_article(kind).split()[0] for kind in FOLDERS}
    assert {k for k, a in articles.items() if a == "an"} == {
        "amplitude", "importance", "activation", "optimizer", "init", "engine", "autoencoder",
        "analysis", "executor",
    }  # fmt: skip


def test_no_step_is_recorded_twice():
    made = ps.Experiment(n_steps=20, record={"snapshots": 500})
    assert snapshot_steps(made) == list(range(21))
    assert "each step once" in ps.Record.__dataclass_fields__["snapshots"].metadata["spec"].doc


@pytest.mark.parametrize(
    ("wanted", "method", "expected"),
    [
        (0.1, "closest", "method: found 'closest', expected 'nearest', which takes"),
        (0.2, None, "0.2 is not on the axis, expected a value from 0.1 to 0.01, method='nearest'"),
        ("a", None, "distribution.density: found 'a', expected a number"),
        ("a", "nearest", "distribution.density: found 'a', expected a number"),
    ],
)
def test_what_is_not_found_on_an_axis(wanted, method, expected):
    axis = ps.values("distribution.density", [0.1, 0.01])
    with pytest.raises(ps.PhasesimError, match=re.escape(expected)):
        axis.position(wanted, method)


def test_a_name_that_is_not_on_an_axis():
    with pytest.raises(ps.PhasesimError, match=r"'sdg' is not on the axis, did you mean 'sgd'"):
        ps.values("optimizer", ["sgd", "adam"]).position("sdg")


def test_the_shortest_number_is_the_value():
    for value in ps.geomspace("importance.ratio", 1e-7, 3e5, 50).values:
        shown = shortest(value)
        assert np.float32(shown) == np.float32(value) and len(repr(shown)) <= len(repr(value))
    assert [shortest(v) for v in (3, "sgd", float(np.float32(0.1)))] == [3, "sgd", 0.1]


def test_every_extra_that_is_named_exists():
    """In the texts of the package: pip would only warn of another."""
    from pathlib import Path

    package = Path(ps.__file__).parent
    texts = [p.read_text() for p in package.rglob("*.py")]
    named = {n for t in texts for n in re.findall(r"MissingExtra\([^()]*, \"(\w+)\"\)", t)}
    assert named and named <= set(metadata("phasesim").get_all("Provides-Extra"))
