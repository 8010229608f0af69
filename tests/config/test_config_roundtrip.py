"""A sweep, its TOML text and its hashes: all say the same thing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import phasesim as ps
from phasesim import registry
from phasesim.cells import cohorts
from phasesim.config import load_sweep, sweep_from_text
from phasesim.parts import build, specs, to_config
from phasesim.paths import replace_at, spec_at, value_at

# ranges inside every declared one, so that drawn parts are valid
FLOATS = {
    "density": st.floats(0.01, 0.5),
    "factor": st.floats(0.1, 2),
    "ratio": st.floats(0.1, 9),
    "base": st.floats(0.1, 2),
    "weights": st.floats(0.1, 9),
    # correlated and anticorrelated take density or this
    "set_density": st.none(),
}
#: sizes that have to divide n_features
DIVISORS = ("set_size", "n_contexts", "n_components")

#: variants that need a file, a list or another variant, or have not what the axes below vary
SPECIAL = ("values", "from_store", "dataset", "unit_length", "power_law")


@st.composite
def parts(draw, kind, n=1):
    """Any variant of a kind with any numbers that go with n features."""
    known = [n for n in registry.names(kind) if n not in SPECIAL]
    cls = registry.get(kind, draw(st.sampled_from(known)))
    fields = {}
    for name, spec in specs(cls).items():
        if spec.role == "choice":
            fields[name] = draw(parts(spec.kind))
        elif spec.role == "swept":
            low, high = max(spec.low, -5), min(spec.high, 5)
            fields[name] = draw(FLOATS.get(name, st.floats(low, high)))
        elif name in DIVISORS:
            fields[name] = draw(st.sampled_from([d for d in (1, 2) if n % d == 0]))
        elif spec.type is int and name not in ("factor_index", "overlap"):
            fields[name] = draw(st.integers(max(int(spec.low), 1), 9))
    return cls(**fields)


@st.composite
def experiments(draw):
    n = draw(st.integers(1, 5))
    made = {
        kind: draw(parts(kind, n))
        for kind in ("distribution", "importance", "model", "optimizer", "init")
    }
    if draw(st.booleans()):
        weights = draw(st.lists(st.floats(0.1, 9), min_size=n, max_size=n))
        made["importance"] = ps.importances.values(weights=weights)
    return ps.Experiment(
        n_features=n,
        n_hidden=draw(st.integers(1, 4)),
        n_steps=draw(st.integers(0, 99)),
        draws=draw(st.sampled_from(["shared", "independent"])),
        record={"n_losses": draw(st.integers(0, 9))},
        **made,
    )


AXES = [
    st.builds(ps.geomspace, st.just("distribution.density"), st.just(0.01), st.floats(0.1, 0.5),
              st.integers(2, 4)),
    st.builds(ps.linspace, st.just("optimizer.learning_rate"), st.just(0), st.floats(1, 2),
              st.integers(2, 4)),
    st.builds(ps.values, st.just("n_hidden"), st.lists(st.integers(1, 9), min_size=1, unique=True)),
    st.builds(ps.values, st.just("model"), st.permutations(["linear", "relu_output"])),
    st.builds(ps.values, st.just("n_steps"), st.just([0, 5])),
    st.builds(ps.values, st.just("distribution.amplitude.name"), st.just(["gaussian", "uniform"])),
]  # fmt: skip


@st.composite
def sweeps(draw):
    chosen = draw(st.lists(st.sampled_from(range(len(AXES))), unique=True, max_size=3))
    return ps.Sweep(
        draw(experiments()),
        axes=[draw(AXES[i]) for i in chosen],
        n_seeds=draw(st.integers(1, 9)),
        seed=draw(st.integers(0, 2**32 - 1)),
        name=draw(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", fullmatch=True)),
    )


@settings(max_examples=60)
@given(sweeps())
def test_the_toml_of_a_sweep_reads_back_as_that_sweep(sweep):
    assert sweep_from_text(sweep.to_toml(), "x") == sweep


@settings(max_examples=60)
@given(sweeps())
def test_hashes_made_by_the_column_are_those_of_the_experiments(sweep):
    seen = []
    for cohort in cohorts(sweep):
        keys, cells = cohort.key_digests, cohort.cell_digests
        for row, flat in enumerate(cohort.cells):
            experiment = sweep.at(np.unravel_index(flat, sweep.shape))
            assert bytes(keys[row]) == experiment.key_digest()
            assert bytes(cells[row]) == experiment.cell_digest()
            seen.append(flat)
    assert sorted(seen) == list(range(sweep.n_cells))


def test_the_designed_example_reads():
    text = """
        name = "phase-2x1"
        n_features = 2
        n_hidden = 1
        batch_size = 1024
        n_steps = 2_000
        engine = "sampled"
        draws = "shared"
        dtype = "float32"
        distribution = { name = "sparse_uniform", density = 0.1 }
        importance = { name = "last_relative", ratio = 1.0 }
        model = { name = "relu_output" }
        optimizer = { name = "adamw", learning_rate = 1e-2, schedule = "cosine" }
        init = "xavier"
        [sweep]
        seed = 0
        n_seeds = 8
        axes = [ { path = "distribution.density", geomspace = [1.0, 0.01, 40] },
                 { path = "importance.ratio",      geomspace = [0.1, 10.0, 40] } ]
    """
    sweep = sweep_from_text(text, "x")
    assert sweep.shape == (40, 40)
    assert sweep.n_models == 12_800
    assert sweep == ps.Sweep(
        ps.Experiment(
            n_features=2,
            n_hidden=1,
            n_steps=2000,
            importance="last_relative",
            optimizer=ps.optimizers.adamw(learning_rate=1e-2, schedule="cosine"),
        ),
        axes=[
            ps.geomspace("distribution.density", 1.0, 0.01, 40),
            ps.geomspace("importance.ratio", 0.1, 10.0, 40),
        ],
        n_seeds=8,
        name="phase-2x1",
    )


def test_a_file_is_read(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text("n_steps = 3")
    assert load_sweep(path).experiment.n_steps == 3
    assert ps.load_sweep(str(path), ["n_steps=4"]).experiment.n_steps == 4


@pytest.mark.parametrize(
    "axis",
    [
        lambda: ps.values("n_hidden", np.arange(1, 4)),
        lambda: ps.values("distribution.density", np.float32([0.5, 0.25])),
        lambda: ps.values("distribution.density", np.linspace(0.1, 1, 3)),
        lambda: ps.values("model", np.array(["linear", "relu_output"])),
        lambda: ps.geomspace("distribution.density", np.float32(0.5), np.float64(1), np.int64(3)),
    ],
)
def test_axes_made_of_numpy_numbers_can_be_written(axis):
    sweep = ps.Sweep(ps.Experiment(), axes=[axis()])
    assert sweep_from_text(sweep.to_toml(), "x") == sweep


@pytest.mark.parametrize("make", [ps.linspace, ps.geomspace])
def test_a_spaced_axis_of_whole_numbers_fits_a_size(make):
    sweep = ps.Sweep(ps.Experiment(), axes=[make("n_hidden", 1, 4, 2)])
    assert sweep.axes[0].values == (1, 4)
    assert sweep.at((1,)).n_hidden == 4
    assert sweep_from_text(sweep.to_toml(), "x") == sweep


def test_axis_values_are_rounded_to_float32_once():
    axis = ps.geomspace("distribution.density", 1, 0.01, 7)
    assert all(v == float(np.float32(v)) for v in axis.values)
    assert axis.values[0] == 1.0 and axis.values[-1] == float(np.float32(0.01))
    written = ps.values("distribution.density", axis.values)
    first, second = (ps.Sweep(ps.Experiment(), axes=[a]) for a in (axis, written))
    assert first.at((3,)) == second.at((3,))
    assert ps.Sweep(ps.Experiment(), axes=[ps.values("n_hidden", [1, 2])]).axes[0].values == (1, 2)


def test_what_a_hash_tells_apart():
    base = ps.Experiment()
    assert base.key_digest() == ps.Experiment().key_digest()
    same = [
        base.replace(record={"n_losses": 3}),
        base.replace(optimizer=ps.optimizers.adamw(learning_rate=0.001 * (1 + 1e-9))),
        base.replace(importance=ps.importances.uniform()),
    ]
    for other in same:
        assert other.key_digest() == base.key_digest()
        assert other.cell_digest() == base.cell_digest()
    longer = base.replace(n_steps=base.n_steps + 1)
    assert longer.key_digest() == base.key_digest()  # a longer run repeats the shorter one
    assert longer.cell_digest() != base.cell_digest()
    for path, value in [
        ("n_features", 6), ("n_hidden", 3), ("batch_size", 7), ("draws", "independent"),
        ("distribution.density", 0.2), ("distribution.factor", 0.5),
        ("distribution.factor_index", 1), ("distribution.amplitude", "gaussian"),
        ("importance", "geometric"), ("model", "linear"), ("optimizer.weight_decay", 0.0),
        ("optimizer.schedule", "cosine"), ("optimizer.b1", 0.8), ("init", "normal"),
    ]:  # fmt: skip
        other = replace_at(base, path, value)
        assert other.key_digest() != base.key_digest(), path


def test_a_choice_axis_may_stand_on_either_side_of_what_it_brings():
    rates = ps.values("optimizer.learning_rate", [0.1, 0.2])
    kinds = ps.values("optimizer.name", ["adam", "sgd"])
    one = ps.Sweep(ps.Experiment(), axes=[kinds, rates])
    two = ps.Sweep(ps.Experiment(), axes=[rates, kinds])
    for i, j in np.ndindex(2, 2):
        assert one.at((i, j)) == two.at((j, i))
        assert two.at((j, i)).optimizer.learning_rate == rates.values[j]
    for sweep in (one, two):
        for cohort in cohorts(sweep):
            for row, flat in enumerate(cohort.cells):
                cell = sweep.at(np.unravel_index(flat, sweep.shape))
                assert bytes(cohort.key_digests[row]) == cell.key_digest()


def test_dotted_paths_get_and_set():
    base = ps.Experiment()
    assert value_at(base, "optimizer.schedule") == ps.schedules.constant()
    assert value_at(base, "distribution.density") == 0.1
    assert spec_at(base, "optimizer.schedule.name").kind == "schedule"
    moved = replace_at(base, "optimizer.schedule", {"name": "cosine", "final": 0.5})
    assert value_at(moved, "optimizer.schedule.final") == 0.5
    assert base.optimizer.schedule == ps.schedules.constant()
    with pytest.raises(ps.ConfigError, match=r"^optimizer\.schedule\.final: unknown field"):
        replace_at(base, "optimizer.schedule.final", 0.5)
    with pytest.raises(ps.ConfigError, match=r"^optimizer\.b3: unknown field, did you mean 'b"):
        value_at(base, "optimizer.b3")


@pytest.mark.parametrize(
    ("kind", "name"), [(k, n) for k in registry.FOLDERS if k != "metric" for n in registry.names(k)]
)
def test_every_variant_survives_its_configuration_table(kind, name):
    needed = {"values": {"weights": [1.0, 2.0]}, "from_store": {"path": "x.h5"}}
    made = build(kind, {"name": name, **needed.get(name, {})}, kind)
    assert made.kind == kind
    assert to_config(made)["name"] == name
    assert build(kind, to_config(made), kind) == made
