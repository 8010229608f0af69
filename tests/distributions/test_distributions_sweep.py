"""Laws with dependent features in a sweep: configured, refused, swept, trained."""

from __future__ import annotations

import numpy as np
import pytest

import phasesim as ps
from phasesim.cells import cohorts
from phasesim.config import sweep_from_text

D = ps.distributions
N, M, BATCH, STEPS = 4, 1, 1024, 32
#: 5 standard errors are exceeded once in two million draws of a normal number
Z = 5.0

#: law -> one of its numbers and the values it is swept over
SWEPT = {
    "correlated": ("set_density", [0.2, 0.6]),
    "anticorrelated": ("density", [0.1, 0.5]),
    "cooccurrence": ("correlation", [-1.0, 0.0, 1.0]),
    "mixture": ("background", [0.0, 1.0]),
    "context": ("weights", [1.0, 9.0]),
}


def losses_by_hand(law, W, b):
    """The loss of each of many samples: the model and the law in float64 NumPy."""
    u = np.random.default_rng(0).random((law.n_uniforms(N), 100_000))
    x = law.from_uniform(u, N)
    return ((np.maximum(W.T @ (W @ x) + b[:, None], 0) - x) ** 2).sum(axis=0)


# what maps fewer numbers than features, and more, is trained on draws of either kind at once
@pytest.mark.parametrize(
    ("name", "draws"),
    [(name, "shared") for name in SWEPT]
    + [("anticorrelated", "independent"), ("context", "independent")]
    + [
        pytest.param(name, "independent", marks=pytest.mark.slow)
        for name in ("correlated", "cooccurrence", "mixture")
    ],
)
def test_a_sweep_trains_on_the_law(name, draws):
    field, values = SWEPT[name]
    experiment = ps.Experiment(
        n_features=N, n_hidden=M, batch_size=BATCH, n_steps=STEPS, distribution=name, draws=draws,
        optimizer=ps.optimizers.adam(), record={"n_losses": 2},
    )  # fmt: skip
    axes = [
        ps.values(f"distribution.{field}", values),
        ps.values("optimizer.learning_rate", [0.0, 0.03]),
    ]
    sweep = ps.Sweep(experiment, axes=axes)
    # one program, whatever the numbers
    assert len(cohorts(sweep)) == 1
    result = ps.run(sweep)
    assert (result.status == 1).all()
    W, b = (result.params()[k].astype(float) for k in "Wb")
    curve, final = result.stored("loss_curve"), result.loss
    for cell in np.ndindex(result.shape):
        errors = losses_by_hand(result.experiment(cell[:-1]).distribution, W[cell], b[cell])
        # the engine's means are over as many samples, the evaluation's and half the training's
        error = Z * errors.std() * np.sqrt(1 / len(errors) + 1 / 16_384)
        assert abs(final[cell] - errors.mean()) < error
        if cell[1] == 0:
            # without learning every batch measures the same weights
            assert np.abs(curve[cell] - errors.mean()).max() < error
        else:
            assert curve[cell][1] < curve[cell][0]


TOML = """
    n_features = 4
    n_hidden = 2
    n_steps = 2
    batch_size = 16
    distribution = {law}
    [sweep]
    axes = [ {{ path = "distribution.{field}", values = {values} }} ]
"""


@pytest.mark.parametrize("name", SWEPT)
def test_a_law_is_one_line_of_a_file_and_its_number_an_axis(name):
    field, values = SWEPT[name]
    text = TOML.format(law=f"'{name}'", field=field, values=values)
    sweep = sweep_from_text(text, "x")
    assert [getattr(sweep.at((i,)).distribution, field) for i in range(len(values))] == [
        float(np.float32(v)) for v in values
    ]
    assert sweep_from_text(sweep.to_toml(), "y") == sweep
    given = sweep_from_text(TOML.format(law="'sparse_uniform'", field="density", values=[0.1]), "x",
                            [f"distribution.name={name}"])  # fmt: skip
    assert type(given.experiment.distribution).__name__ == name
    assert given.at((0,)).distribution.density == pytest.approx(0.1)


def test_the_name_of_the_law_may_be_an_axis():
    names = ["sparse_uniform", *SWEPT]
    axes = [ps.values("distribution.name", names), ps.values("distribution.density", [0.1, 0.3])]
    sweep = ps.Sweep(ps.Experiment(n_features=N), axes=axes)
    made = [sweep.at((i, 1)).distribution for i in range(len(names))]
    assert [type(law).__name__ for law in made] == names
    assert {law.density for law in made} == {float(np.float32(0.3))}


def test_numbers_set_from_the_command_line():
    text = TOML.format(law="'context'", field="density", values=[0.1])
    chosen = [
        "distribution.overlap=1",
        "distribution.n_contexts=3",
        "distribution.weights=[1, 2, 5]",
    ]
    law = sweep_from_text(text, "x", chosen).experiment.distribution
    assert (law.overlap, law.n_contexts, law.weights) == (1, 3, (1.0, 2.0, 5.0))


@pytest.mark.parametrize(
    ("law", "words"),
    [
        ({"name": "correlated", "set_size": 3},
         "distribution.set_size: found 3, expected a divisor of n_features, which is 4"),
        ({"name": "anticorrelated", "density": 0.6},
         "distribution.density: found 0.6 with set_size 2: a set would be active with probability "
         "1.2, expected at most 0.5"),
        ({"name": "anticorrelated", "set_size": 20},
         "distribution.density: found 0.1 with set_size 20: a set would be active with"),
        ({"name": "correlated", "density": 0.1, "set_density": 0.1},
         "distribution.set_density: found beside density, expected one of the two"),
        ({"name": "cooccurrence", "correlation": 1.5},
         "distribution.correlation: found 1.5, expected a number in [-1, 1]"),
        ({"name": "mixture", "n_components": 3},
         "distribution.n_components: found 3, expected a divisor of n_features, which is 4"),
        ({"name": "context", "overlap": 1},
         "distribution.n_contexts: found 2, expected a divisor of n_features - overlap, "
         "which is 3"),
        ({"name": "context", "overlap": 4},
         "distribution.overlap: found 4, expected less than n_features, which is 4"),
        ({"name": "context", "weights": [1, 2, 3]},
         "distribution.weights: found 3 numbers, expected one for each of the 2 contexts"),
        ({"name": "mixture", "weights": [1, 0]},
         "distribution.weights[1]: found 0, expected a number > 0 or a list with one per "
         "component"),
        ({"name": "mixture", "density": [0.1, 0.2]},
         "distribution.density: found 2 numbers, expected one for each of the 4 features"),
    ],
)  # fmt: skip
def test_what_a_law_refuses(law, words):
    with pytest.raises(ps.ConfigError) as caught:
        ps.Experiment(n_features=N, distribution=law)
    assert words in str(caught.value)


def test_an_axis_that_leaves_the_range_of_a_law_is_refused_before_training():
    with pytest.raises(ps.ConfigError, match=r"density: found 0\.75 with set_size 2"):
        ps.Sweep(ps.Experiment(n_features=N, distribution="anticorrelated"),
                 axes=[ps.values("distribution.density", [0.75, 0.1, 0.5])])  # fmt: skip
    with pytest.raises(ps.ConfigError, match="a list with one number per context, not one number"):
        ps.Sweep(ps.Experiment(n_features=N, distribution=D.context(weights=[1, 2])),
                 axes=[ps.values("distribution.weights", [1.0])])  # fmt: skip


def test_a_density_that_fills_its_sets_survives_rounding():
    # 1/3 in single precision is a little more than 1/3
    law = D.anticorrelated(density=float(np.float32(1 / 3)), set_size=3)
    assert law.set_probability() == 1
    x = law.from_uniform(np.random.default_rng(0).random((2, 1000), np.float32), 6)
    assert ((x.reshape(2, 3, -1) != 0).sum(axis=1) == 1).all()
