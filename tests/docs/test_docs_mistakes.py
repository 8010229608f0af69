"""Twenty mistakes that people make in a sweep's file: each message is enough to mend it."""

from __future__ import annotations

import pytest

from phasesim.cli.app import main

RIGHT = """\
n_features = 5
n_hidden = 2
n_steps = 100
[distribution]
name = "sparse_uniform"
density = 0.1
[optimizer]
name = "adamw"
learning_rate = 1e-2
[sweep]
n_seeds = 4
axes = [ { path = "distribution.density", geomspace = [1.0, 0.01, 20] } ]
"""
AXES = 'axes = [ { path = "distribution.density", geomspace = [1.0, 0.01, 20] } ]'
#: what is right, what is written instead, and the message that says where, what, expected, hint
MISTAKES = [
    ("n_hidden = 2", "n_hiden = 2", "n_hiden: unknown field, did you mean 'n_hidden'?"),
    (
        "learning_rate = 1e-2",
        "lr = 1e-2",
        "optimizer.lr: unknown field, did you mean 'learning_rate'?",
    ),
    (
        '"sparse_uniform"',
        '"sparse"',
        "distribution: no distribution 'sparse', did you mean 'sparse_uniform'?",
    ),
    (
        "density = 0.1",
        "sparsity = 0.9",
        "distribution.sparsity: unknown field, write density, which is 1 - sparsity",
    ),
    (
        "density = 0.1",
        "density = 1.5",
        "distribution.density: found 1.5, expected a number in (0, 1] or a list with one per "
        "feature",
    ),
    (
        "density = 0.1",
        'density = "10%"',
        "distribution.density: found '10%', expected a number in (0, 1] or a list with one per "
        "feature, 10 % is 0.1",
    ),
    (
        "n_steps = 100",
        'n_steps = "100"',
        "n_steps: found '100', expected an integer in [0, 1e+09], without the quotes",
    ),
    (
        "n_steps = 100",
        "n_steps = 1e4",
        "n_steps: found 10000.0, expected an integer in [0, 1e+09], write 10000",
    ),
    (
        "n_hidden = 2",
        "n_hidden = [1, 2]",
        "n_hidden: found [1, 2], expected an integer in [1, 1e+06], values to sweep are an axis "
        "of [sweep]",
    ),
    (
        "density = 0.1\n",
        "density = [1.0, 0.1]\n",
        "distribution.density: found 2 numbers, expected one for each of the 5 features "
        "(n_features), values to sweep are an axis of [sweep]",
    ),
    (
        "n_steps = 100",
        "n_steps = 100\nn_seeds = 8",
        "n_seeds: unknown field, did you mean 'sweep.n_seeds'?",
    ),
    (
        "n_steps = 100",
        "n_steps = 100\nweight_decay = 0",
        "weight_decay: unknown field, did you mean 'optimizer.weight_decay'?",
    ),
    (
        "n_features = 5",
        "[experiment]\nn_features = 5",
        "experiment: unknown field, its fields stand at the top of the file",
    ),
    (
        '"adamw"',
        "adamw",
        "not valid TOML: Invalid value (at line 8, column 8), a text stands in quotes",
    ),
    (
        "[1.0, 0.01, 20]",
        "[1.0 0.01, 20]",
        "not valid TOML: Unclosed array (at line 12, column 60), is a comma or a bracket missing?",
    ),
    (
        "n_seeds = 4",
        "seeds = 4",
        "sweep.seeds: unknown field, did you mean 'n_seeds', how many, or 'seed', the root of "
        "random numbers?",
    ),
    (
        '"distribution.density"',
        '"density"',
        "sweep.axes[0]: density: unknown field, did you mean 'distribution.density'?",
    ),
    (
        '"distribution.density"',
        '"importance.ratio"',
        "sweep.axes[0]: importance.ratio: unknown field, importance 'last_relative' has that",
    ),
    (
        "geomspace = [1.0, 0.01, 20]",
        "geomspace = [1.0, 0.0, 20]",
        "sweep.axes[0]: distribution.density: geomspace from 1.0 to 0.0, expected two numbers of "
        "one sign, not 0",
    ),
    (
        AXES,
        AXES.replace("[ {", "{").replace("} ]", "}"),
        "sweep.axes: found {'path': 'distribution.density', 'geomspace': [1.0, 0.01, 20]}, "
        "expected a list of tables, one axis too stands in [ ]",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES, ids=[m[1][:24] for m in MISTAKES])
def test_the_message_is_enough_to_mend_it(right, wrong, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "my-sweep.toml"
    assert right in RIGHT
    path.write_text(RIGHT.replace(right, wrong, 1))
    assert main(["config", "check", path.name]) == 2
    assert capsys.readouterr().err == f"error: my-sweep.toml: {said}\n"
    path.write_text(RIGHT)
    assert main(["config", "check", path.name]) == 0


def test_there_are_twenty():
    assert len({wrong for _, wrong, _ in MISTAKES}) == 20
