"""Every field of a configuration, and every option of a run, changes the result or does not.

What changes it must be in the fingerprint, so that a store of other values is refused by the
name of the field; what does not must not be, so that a store goes on. A field of a new variant
is found here by itself; a new key or option fails until it is put into one of the sets below.
"""

from __future__ import annotations

import dataclasses
import inspect

import pytest

import phasesim as ps
from phasesim import registry
from phasesim.fingerprint import cell_fingerprint, differing_fields, grid_fingerprint
from phasesim.parts import specs
from phasesim.paths import replace_at, spec_at, value_at
from phasesim.run import Options

#: keys of a TOML file beside the fields of an experiment
CHANGES_THE_GRID = {"sweep.axes", "sweep.n_seeds"}
CHANGES_EVERY_MODEL = {"sweep.seed"}
CHANGES_NOTHING = {"name"}
#: of `phasesim run`: they say which sweep it is, so that its own fields are compared
FLAGS_OF_THE_SWEEP = {"sweep", "set_", "scale", "refine"}
FLAGS_OF_CARRYING_OUT = {
    *("output", "dry_run", "memory", "platform", "keep_run", "fresh", "no_cache", "quiet", "json"),
    *("shard", "executor"),
}
#: how a run is carried out
OPTIONS_THAT_CHANGE_NOTHING = {
    "memory", "fresh", "keep_run", "progress", "stop", "threads", "retries",
}  # fmt: skip

#: what a variant needs before it can stand
NEEDED = {
    "values": {"weights": [1.0, 2.0, 3.0, 4.0]},
    "from_store": {"path": "x.h5"},
}
#: what else an experiment needs for a variant
AROUND = {
    "logistic": {"target": "detect", "model": {"name": "relu_hidden", "output": "identity"}},
    "weighted_mse": {"target": "detect", "model": {"name": "relu_hidden", "output": "identity"}},
}
#: two values of a field, where another one cannot be guessed or does not go with the rest
PAIRS: dict[tuple[str, str], tuple] = {("context", "overlap"): (0, 2)}
#: fields with a single value so far
SINGLE = {"dtype"}


def every_field():
    """(place, variant, field) of all that a configuration can hold, ``place`` a dotted path."""
    for name, spec in specs(ps.Experiment).items():
        if spec.role == "choice":
            for variant in registry.names(spec.kind):
                yield name, variant, ""
                for field in specs(registry.get(spec.kind, variant)):
                    yield name, variant, field
        elif spec.role == "table":
            for variant in registry.names(spec.kind):
                for field in specs(registry.get(spec.kind, variant)):
                    yield f"{name}.{variant}", variant, field
        elif spec.role == "nested":
            for field in specs(spec.type):
                yield name, "", field
        else:
            yield "", "", name


def other_values(spec, value):
    """Other values that the field may take."""
    if spec.role == "choice":
        return [n for n in registry.names(spec.kind) if n != type(value).__name__]
    if spec.choices or spec.type is bool:
        return [c for c in spec.choices or (True, False) if c != value]
    if spec.type is str:
        return [f"{value}x"]
    if not isinstance(value, int | float):
        return [0.5, [0.5, 0.5, 0.25, 0.125]]
    step = 1 if spec.type is int else max(abs(value), 0.5) / 4
    return [value + step, value - step]


def base_of(place, variant):
    """An experiment with the variant in its place, on."""
    base = ps.Experiment(n_features=4, n_hidden=3, n_steps=50, batch_size=8)
    base = base.replace(**AROUND.get(variant, {}))
    if place.startswith("regularizers."):
        strength = next(n for n, s in specs(registry.get("regularizer", variant)).items()
                        if s.role == "swept")  # fmt: skip
        return replace_at(base, f"{place}.{strength}", 0.5)
    if variant:
        return base.replace(**{place: {"name": variant, **NEEDED.get(variant, {})}})
    return base


def two_experiments(place, variant, field):
    """The path of a field and experiments that differ in it alone; without a field, in variant."""
    base, path = base_of(place, variant), ".".join(filter(None, [place, field]))
    if (variant, field) in PAIRS:
        one, *others = PAIRS[variant, field]
        base = replace_at(base, path, one)
    elif field:
        others = other_values(spec_at(base, path), value_at(base, path))
    else:
        kind = specs(base)[place].kind
        others = [{"name": n, **NEEDED.get(n, {})} for n in registry.names(kind) if n != variant]
    for value in others:
        try:
            return path, base, replace_at(base, path, value)
        except ps.ConfigError:
            continue
    raise AssertionError(f"{variant}.{field}: put two values of it into PAIRS")


@pytest.mark.parametrize(
    ("place", "variant", "field"), [pytest.param(*f, id=".".join(f)) for f in every_field()]
)
def test_a_field_that_changes_models_is_in_the_fingerprint_by_its_path(place, variant, field):
    if field in SINGLE:
        assert len(spec_at(ps.Experiment(), field).choices) == 1
        return
    path, first, second = two_experiments(place, variant, field)
    one, other = ps.Sweep(first), ps.Sweep(second)
    # a start from a store also brings the hash of that store
    found = [name for name in differing_fields(one, other, {}) if name != "inputs"]
    assert found and all(name == path or name.startswith(f"{path}.") for name in found), found
    assert cell_fingerprint(one) != cell_fingerprint(other)
    assert grid_fingerprint(one) == grid_fingerprint(other)


def test_the_keys_of_a_file_beside_its_experiment():
    experiment = ps.Experiment()
    sweep = ps.Sweep(experiment, axes=[ps.values("n_hidden", [1, 2])])
    given = {
        "sweep.axes": {"axes": [ps.values("n_hidden", [1, 2, 3])]},
        "sweep.n_seeds": {"axes": sweep.axes, "n_seeds": 2},
        "sweep.seed": {"axes": sweep.axes, "seed": 1},
        "name": {"axes": sweep.axes, "name": "other"},
    }
    config = sweep.to_config()
    keys = {k for k in config if k not in specs(ps.Experiment)} - {"sweep"}
    keys |= {f"sweep.{key}" for key in config["sweep"]}
    assert keys == set(given) == CHANGES_THE_GRID | CHANGES_EVERY_MODEL | CHANGES_NOTHING
    for key, fields in given.items():
        other = ps.Sweep(experiment, **fields)
        assert (cell_fingerprint(other) != cell_fingerprint(sweep)) == (key in CHANGES_EVERY_MODEL)
        assert (grid_fingerprint(other) != grid_fingerprint(sweep)) == (key in CHANGES_THE_GRID)
        assert differing_fields(other, sweep, {}) == [key] * (key in CHANGES_EVERY_MODEL)


def test_every_option_of_a_run_is_known_to_change_nothing():
    assert {f.name for f in dataclasses.fields(Options)} == OPTIONS_THAT_CHANGE_NOTHING


def test_every_flag_of_the_command_is_known():
    from phasesim.cli.run import run

    assert set(inspect.signature(run).parameters) == FLAGS_OF_THE_SWEEP | FLAGS_OF_CARRYING_OUT
