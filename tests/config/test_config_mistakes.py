"""Planted mistakes in configuration files: one line each, naming file, field and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

import phasesim as ps
from phasesim.config import load_sweep, parse_override, sweep_from_text
from phasesim.errors import PhasesimError, StoreIOError

AXIS = "[sweep]\naxes = [ {} ]"
DENSITY = "distribution.density"

MISTAKES = [
    ("n_feature = 3", ["n_feature: unknown field", "did you mean 'n_features'?"]),
    ("nfeatures = 3", ["nfeatures: unknown field", "did you mean 'n_features'?"]),
    ("zzz = 3", ["zzz: unknown field", "known: ", "batch_size"]),
    ("seed = 1", ["seed: unknown field"]),
    ("n_steps = '5'", ["n_steps: found '5'", "expected an integer in [0, 1e+09]"]),
    ("n_steps = true", ["n_steps: found True", "an integer"]),
    ("n_steps = 2.0", ["n_steps: found 2.0", "an integer"]),
    ("n_steps = 1979-05-27", ["n_steps: found", "an integer"]),
    ("n_steps = nan", ["n_steps: found nan"]),
    ("n_hidden = 0", ["n_hidden: found 0", "[1, 1e+06]"]),
    ("batch_size = -3", ["batch_size: found -3"]),
    ("draws = 'own'", ["draws: found 'own'", "one of shared, independent"]),
    ("dtype = 'float64'", ["dtype: found 'float64'", "float32"]),
    ("distribution = 'sparse_unifrom'", ["distribution: ", "did you mean 'sparse_uniform'?"]),
    ("distribution = 3", ["distribution: found 3", "the name of a distribution or a table"]),
    (
        "distribution = { density = 0.1 }",
        ["distribution: found a table without 'name', expected the name of a distribution in it",
         "known: ", "sparse_uniform"],
    ),
    (
        "distribution = { name = 3 }",
        ["distribution.name: found 3, expected the name of a distribution, known: "],
    ),
    ("optimizer = 'adamW'", ["optimizer: no optimizer 'adamW', did you mean 'adamw'?"]),
    (
        "importance = [1.0, 0.5]",
        ["importance: found [1.0, 0.5], expected the name of an importance or a table, "
         'write { name = "values", weights = [1.0, 0.5] }'],
    ),
    (
        "importance = ['uniform', 'values']",
        ["an importance or a table, values to sweep are an axis of [sweep]"],
    ),
    ("optimizer = 3", ["found 3, expected the name of an optimizer or a table, known: adam, "]),
    (
        "[sweep]\nn_seeds = 2\ndtype = 'float32'",
        ["sweep.dtype: unknown field, 'dtype' is a field of the top level, it belongs above "
         "[sweep]"],
    ),
    ("[sweep]\nname = 'x'", ["sweep.name: unknown field", "it belongs above [sweep]"]),
    (
        "[optimizer]\nname = 'sgd'\nn_steps = 3",
        ["optimizer.n_steps: unknown field", "it belongs above [optimizer]"],
    ),
    (
        "distribution = { name = 'sparse_uniform', densty = 0.1 }",
        ["distribution.densty: unknown field", "did you mean 'density'?"],
    ),
    (
        "distribution = { name = 'sparse_uniform', density = 0 }",
        ["distribution.density: found 0", "(0, 1]"],
    ),
    (
        "distribution = { name = 'sparse_uniform', density = [0.5, 2] }",
        ["distribution.density[1]: found 2"],
    ),
    (
        "distribution = { name = 'sparse_uniform', density = [0.5, 0.5] }",
        ["distribution.density: found 2 numbers", "each of the 5 features"],
    ),
    (
        "distribution = { name = 'sparse_uniform', density = 0.6, factor = 2 }",
        ["distribution.factor: found 2", "density 1.2", "at most 1"],
    ),
    (
        "distribution = { name = 'sparse_uniform', amplitude = { name = 'uniform', x = 1 } }",
        ["distribution.amplitude.x: unknown field"],
    ),
    (
        "optimizer = { name = 'adamw', schedule = { name = 'cosine', final = 2 } }",
        ["optimizer.schedule.final: found 2", "[0, 1]"],
    ),
    ("optimizer = { name = 'adamw', lr = 1 }", ["optimizer.lr: unknown field"]),
    ("importance = 'values'", ["importance.weights: found None", "a list"]),
    (
        "importance = { name = 'values', weights = [0, 0, 0, 0, 0] }",
        ["importance: the weights sum to 0"],
    ),
    ("init = 'from_store'", ["init.path: found nothing", "finished store"]),
    ("model = '../secrets'", ["model: no model"]),
    ("model = '_base'", ["model: no model '_base'"]),
    ("record = 5", ["record: found 5", "a table"]),
    ("record = { losses = 5 }", ["record.losses: unknown field", "did you mean 'n_losses'?"]),
    ("name = 3", ["name: found 3"]),
    ("name = '../up'", ["name: found '../up'"]),
    ("name = '.hidden'", ["name: found '.hidden'"]),
    ("name = 'line\\nbreak'", ["name: found"]),
    ("sweep = 3", ["sweep: found 3", "a table"]),
    ("[sweep]\nseeds = 3", ["sweep.seeds: unknown field", "did you mean"]),
    ("[sweep]\nseed = -1", ["sweep.seed: found -1"]),
    ("[sweep]\nn_seeds = 0", ["sweep.n_seeds: found 0"]),
    ("[sweep]\nn_seeds = 1_000_000_000_000", ["sweep.n_seeds: found 1000000000000"]),
    ("[sweep]\naxes = 'density'", ["sweep.axes: found 'density'", "a list of tables"]),
    (AXIS.format("3"), ["sweep.axes[0]: found 3", "a table with 'path'"]),
    (
        AXIS.format("{ path = 'distribution.densty', values = [1] }"),
        ["sweep.axes[0]: distribution.densty: unknown field", "did you mean 'density'?"],
    ),
    (
        AXIS.format("{ path = 'distribution.density.x', values = [1] }"),
        ["sweep.axes[0]: ", "unknown field", "'density' has no fields of its own"],
    ),
    (AXIS.format("{ path = 'name', values = ['a'] }"), ["sweep.axes[0]: name: unknown field"]),
    (AXIS.format("{ path = '', values = [1] }"), ["sweep.axes[0]: ", "unknown field"]),
    (
        AXIS.format("{ path = 'record.n_losses', values = [1] }"),
        ["record.n_losses: is not a field that can be swept"],
    ),
    (AXIS.format(f"{{ path = '{DENSITY}', values = [] }}"), [f"{DENSITY}: found no values"]),
    (AXIS.format(f"{{ path = '{DENSITY}', values = 3 }}"), ["values: found 3", "a list"]),
    (AXIS.format(f"{{ path = '{DENSITY}' }}"), ["exactly one of values, linspace, geomspace"]),
    (
        AXIS.format(f"{{ path = '{DENSITY}', values = [1], linspace = [0.1, 1, 3] }}"),
        ["exactly one of values, linspace, geomspace"],
    ),
    (
        AXIS.format(f"{{ path = '{DENSITY}', values = [0.1, 'a'] }}"),
        [f"{DENSITY}: found [0.1, 'a']", "numbers, or names"],
    ),
    (AXIS.format(f"{{ path = '{DENSITY}', values = [true] }}"), ["numbers, or names"]),
    (AXIS.format(f"{{ path = '{DENSITY}', values = [nan] }}"), [f"{DENSITY}: found nan"]),
    (AXIS.format(f"{{ path = '{DENSITY}', values = [0.5, 0] }}"), [f"{DENSITY}: found 0"]),
    (AXIS.format(f"{{ path = '{DENSITY}', values = [1e39] }}"), [f"{DENSITY}: found"]),
    (
        AXIS.format(f"{{ path = '{DENSITY}', values = [0.1, 0.1000000001] }}"),
        [f"{DENSITY}: 0.1 stands twice on the axis, at [0] and [1], expected numbers that differ "
         "in single precision"],
    ),
    (
        AXIS.format("{ path = 'n_hidden', geomspace = [1, 4, 9] }"),
        ["n_hidden: 1 stands twice on the axis, at [0] and [1], expected different whole numbers"],
    ),
    (
        AXIS.format("{ path = 'optimizer', values = ['sgd', 'adam', 'sgd'] }"),
        ["optimizer: 'sgd' stands twice on the axis, at [0] and [2], expected different names"],
    ),
    (AXIS.format(f"{{ path = '{DENSITY}', linspace = [0.1, 1] }}"), ["start, stop, size"]),
    (AXIS.format(f"{{ path = '{DENSITY}', linspace = [0.1, 1, 3.0] }}"), ["size 3.0"]),
    (AXIS.format(f"{{ path = '{DENSITY}', geomspace = [0, 1, 3] }}"), ["of one sign, not 0"]),
    (
        AXIS.format(f"{{ path = '{DENSITY}', linspace = [0.1, 1{'0' * 400}, 3] }}"),
        [DENSITY],
    ),
    (
        AXIS.format(
            "{ path = 'distribution.density', linspace = [0.1, 1, 1_000_000] }, "
            "{ path = 'optimizer.learning_rate', linspace = [0.1, 1, 1_000_000] }"
        ),
        ["sweep: 1,000,000,000,000 models", "at most 100,000,000"],
    ),
    (
        AXIS.format(", ".join([f"{{ path = '{DENSITY}', values = [1] }}"] * 2)),
        [f"'{DENSITY}' stands on two axes"],
    ),
    (
        AXIS.format("{ path = 'optimizer', values = ['adam'] }, "
                    "{ path = 'optimizer.momentum', values = [0.1] }"),
        ["optimizer.momentum: unknown field"],
    ),
    (
        "distribution = { name = 'sparse_uniform', factor = 2 }\n"
        + AXIS.format(f"{{ path = '{DENSITY}', values = [0.1, 0.9, 0.2] }}"),
        ["factor", "density 1.8"],
    ),
    ("regularizers = 3", ["regularizers: found 3"]),
    ("regularizers = 'abc'", ["regularizers: found 'abc'"]),
    ("regularizers = [1]", ["regularizers"]),
    ("[regularizers]\nnonesuch = 3", ["regularizers.nonesuch"]),
    ("[regularizers.nonesuch]\nx = 1", ["regularizers.nonesuch: no regularizer 'nonesuch'"]),
    ("n_steps = ", ["not valid TOML"]),
    ("n_steps = 1\nn_steps = 2", ["not valid TOML"]),
    ("n_steps = " + "9" * 5000, ["not valid TOML"]),
    ("x = " + "[" * 3000, ["brackets nested 3000 deep"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), MISTAKES, ids=[f"{i}: {e[0][:30]}" for i, (_, e) in enumerate(MISTAKES)]
)
def test_a_mistake_is_one_line_that_says_where_and_what(text, expected):
    with pytest.raises(ps.ConfigError) as caught:
        sweep_from_text(text, "x.toml")
    message = str(caught.value)
    assert message.startswith("x.toml: ")
    assert "\n" not in message and message.isprintable()
    for words in expected:
        assert words in message
    # a value of any length stays readable
    assert len(message) < 700


def test_enough_mistakes_are_planted():
    assert len(MISTAKES) >= 25


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("n_steps", "--set: found 'n_steps', expected dotted.path=value"),
        ("=3", "--set: found '=3'"),
        ("n_steps=", "--set: found 'n_steps='"),
        ("n_steps=[1", "expected a TOML value after '='"),
        ("n_stpes=3", "n_stpes: unknown field, did you mean 'n_steps'?"),
        ("distribution.densty=.5", "distribution.densty: unknown field"),
        ("n_steps.a=3", "n_steps"),
        ("record=3", "record: found 3"),
        ("n_steps=1\nn_hidden=2", "n_steps"),
    ],
)
def test_a_mistaken_override(override, expected):
    with pytest.raises(ps.ConfigError) as caught:
        sweep_from_text("", "x.toml", [override])
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_wrong_with_a_file(tmp_path, monkeypatch):
    missing = tmp_path / "missing.toml"
    with pytest.raises(PhasesimError, match=r"missing\.toml: no such file, expected a TOML file"):
        load_sweep(missing)
    with pytest.raises(PhasesimError, match="is a folder"):
        load_sweep(tmp_path)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (1 << 20) + b"##")
    with pytest.raises(PhasesimError, match="larger than 1 MiB"):
        load_sweep(large)
    latin = tmp_path / "latin.toml"
    latin.write_bytes("name = 'é'".encode("latin-1"))
    with pytest.raises(PhasesimError, match="byte 8 is not UTF-8"):
        load_sweep(latin)
    closed = tmp_path / "closed.toml"
    closed.write_text("")
    monkeypatch.setattr(Path, "read_bytes", lambda self: (_ for _ in ()).throw(OSError(5, "worn")))
    with pytest.raises(StoreIOError, match=r"closed\.toml: worn"):
        load_sweep(closed)


def test_scales(tmp_path):
    text = """
        n_steps = 1000
        distribution = "sparse_uniform"
        [sweep]
        n_seeds = 8
        axes = [ { path = "distribution.density", values = [1.0, 0.5, 0.25] } ]
        [scale.small]
        n_steps = 10
        distribution.factor = 0.5
        optimizer = { name = "sgd", learning_rate = 0.5 }
        [scale.small.sweep]
        n_seeds = 2
        axes = [ { path = "distribution.density", values = [1.0] } ]
    """
    whole, small = sweep_from_text(text, "x"), sweep_from_text(text, "x", scale="small")
    assert (whole.experiment.n_steps, whole.n_seeds, whole.shape) == (1000, 8, (3,))
    assert (small.experiment.n_steps, small.n_seeds, small.shape) == (10, 2, (1,))
    assert small.experiment.distribution.factor == 0.5
    assert small.experiment.optimizer == ps.optimizers.sgd(learning_rate=0.5)
    over = sweep_from_text(text, "x", ["n_steps=7"], scale="small")
    assert over.experiment.n_steps == 7  # what is typed comes last
    missing = r"x: scale: no 'smal', expected a table \[scale\.smal\], the file has "
    with pytest.raises(ps.ConfigError, match=f"{missing}'small'$"):
        sweep_from_text(text, "x", scale="smal")
    with pytest.raises(ps.ConfigError, match=f"{missing}none$"):
        sweep_from_text("", "x", scale="smal")
    with pytest.raises(ps.ConfigError, match="scale"):
        sweep_from_text("scale = 3", "x", scale="small")
    with pytest.raises(ps.ConfigError, match=r"scale\.small: found 3, expected a table"):
        sweep_from_text("[scale]\nsmall = 3", "x", scale="small")


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("n_steps=5", "n_steps", 5),
        ("n_steps = 5_000", "n_steps", 5000),
        ("distribution.density=.5", "distribution.density", 0.5),
        ("distribution.density=1.", "distribution.density", 1.0),
        ("draws=independent", "draws", "independent"),
        ("draws='independent'", "draws", "independent"),
        ("init={ name = 'normal', std = 1 }", "init", {"name": "normal", "std": 1}),
        ("importance.weights=[1, 2]", "importance.weights", [1, 2]),
        ("init.path=../a-b/c_d.h5", "init.path", "../a-b/c_d.h5"),
    ],
)
def test_override_syntax(text, path, value):
    assert parse_override(text) == (path, value)


def test_overrides_reach_into_choices_and_replace_them():
    def load(*overrides):
        return sweep_from_text("importance = 'uniform'", "x", overrides).experiment

    assert load("distribution.density=.5").distribution.density == 0.5
    assert load("distribution.amplitude=gaussian").distribution.amplitude == (
        ps.amplitudes.gaussian()
    )
    assert load("optimizer.schedule.name=cosine").optimizer.schedule == ps.schedules.cosine()
    chosen = load("importance=last_relative", "importance.ratio=3").importance
    assert chosen == ps.importances.last_relative(ratio=3)
    assert load("importance.name=last_relative", "importance.ratio=3").importance == chosen
    assert load("record.n_losses=3").record.n_losses == 3
    assert sweep_from_text("", "x", ["sweep.n_seeds=4", "name=other"]).n_seeds == 4


def test_overrides_leave_other_fields_of_a_table():
    text = "optimizer = { name = 'adamw', learning_rate = 0.5, b1 = 0.5 }"
    made = sweep_from_text(text, "x", ["optimizer.b1=0.25"]).experiment.optimizer
    assert (made.learning_rate, made.b1) == (0.5, 0.25)
