"""What is said of neurons, and which seed stands for others, of models built by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

import phasesim as ps
from phasesim import plot
from phasesim.plot import checks
from phasesim.plot._learning import seed_of
from phasesim.result import Result
from phasesim.source import Arrays
from phasesim.status import Status

DENSITIES = [0.75, 0.1, 0.01]
OWN = {"W": ("hidden", "feature"), "b": ("feature",), "max_share": ("hidden",),
       "alignment": ("feature",), "alignment_rotated": ("feature",)}  # fmt: skip


def result_of(sweep, **arrays):
    lead = (*(axis.path for axis in sweep.axes), "seed")
    shape = (*sweep.shape, sweep.n_seeds)
    arrays["status"] = np.full(shape, Status.ok)
    dims = {k: lead + OWN.get(k, ())[: np.ndim(v) - len(shape)] for k, v in arrays.items()}
    return Result(sweep, Arrays(arrays, dims))


def measured(alignment, *, polysemantic, max_share=0.9, silent=False):
    """Two features of two neurons: hidden activations × densities, the second seed the best.

    Args:
        alignment: activation -> that of the first feature at each density, with 0.5 by chance.
        polysemantic: activation -> number at each density of the best seed; the other has none.
        max_share: activation -> of all neurons.
        silent: the second feature is not represented.
    """
    names = [*alignment]
    e = ps.Experiment(n_features=2, n_hidden=2, model={"name": "relu_hidden"})
    axes = [ps.values("model.activation", names), ps.values("distribution.density", DENSITIES)]
    sweep = ps.Sweep(e, axes=axes, n_seeds=2)
    shape = (*sweep.shape, 2)
    W = np.zeros((*shape, 2, 2), np.float32)
    W[..., 0, 0], W[..., 1, 1] = 1, 0.1 if silent else 1
    loss = np.broadcast_to([0.2, 0.1], shape)
    made = result_of(sweep, W=W, b=np.zeros((*shape, 2)), loss=loss)
    aligned = np.ones((*shape, 2))
    aligned[..., 0] = np.array([*alignment.values()])[..., None]
    if not silent:
        aligned[..., 1] = aligned[..., 0]
    shared = np.zeros(shape)
    shared[..., 1] = [polysemantic[name] for name in names]
    share = np.broadcast_to(
        np.array([max_share[n] for n in names])[:, None, None, None], (*shape, 2)
    ) if isinstance(max_share, dict) else np.full((*shape, 2), max_share)  # fmt: skip
    made.analyses["basis_alignment"] = result_of(
        sweep, loss=loss, alignment=aligned, alignment_rotated=np.full((*shape, 2), 0.5),
        max_share=share, polysemantic=shared,
    )  # fmt: skip
    return made


def test_features_that_are_not_represented_have_no_alignment():
    flat = {"relu": [0.75] * 3}
    for silent in (False, True):
        made = measured(flat, polysemantic={"relu": [0] * 3}, silent=silent)
        np.testing.assert_allclose(checks.beyond_chance(made), 0.25)


def test_neurons_of_the_best_seeds_become_polysemantic():
    none = {"identity": [0.5] * 3}
    many = {"identity": [2] * 3}
    share = {"relu": 0.9, "identity": 0.5}
    made = measured({"relu": [0.9, 0.8, 0.8]} | none, polysemantic={"relu": [0, 1, 2]} | many,
                    max_share=share)  # fmt: skip
    rows = checks.privileged(made)
    assert [row["passed"] for row in rows] == [True] * 6
    assert not any(row["control"]["passed"] for row in rows)
    made = measured({"relu": [0.6, 0.5, 0.5]} | none, polysemantic={"relu": [2, 2, 0]} | many,
                    max_share={"relu": 0.5, "identity": 0.5})  # fmt: skip
    assert [row["passed"] for row in checks.privileged(made)] == [False] * 6


def test_activations_align_in_dense_data_only():
    sparse = [0.5, 0.5]
    none = {"identity": [0.5, *sparse], "sigmoid": [0.5, *sparse]}
    shared = dict.fromkeys(("relu", "gelu", "tanh", "identity", "sigmoid"), [0] * 3)
    made = measured({n: [0.8, *sparse] for n in ("relu", "gelu", "tanh")} | none,
                    polysemantic=shared)  # fmt: skip
    rows = checks.activations(made)
    # the last one asks for it at all levels and of all activations
    assert [row["passed"] for row in rows] == [True] * 5 + [False]
    assert not any(row["control"]["passed"] for row in rows)
    everywhere = {n: [0.8] * 3 for n in ("relu", "gelu", "tanh", "sigmoid")}
    made = measured(everywhere | {"identity": [0.6] * 3}, polysemantic=shared)
    assert [row["passed"] for row in checks.activations(made)] == [True] * 3 + [False] * 2 + [True]


def test_of_runs_that_end_alike_the_first_is_shown():
    losses = np.array([0.5, 0.1000001, 0.1, 0.9, np.nan])
    ranked = SimpleNamespace(ranking=("loss", losses))
    assert seed_of(ranked) == 1
    assert seed_of(ranked, "worst") == 3
    assert seed_of(SimpleNamespace(ranking=("loss", losses[[0, 2]]))) == 1


def test_weights_of_the_best_among_some_seeds():
    sweep = ps.Sweep(ps.Experiment(n_features=2, n_hidden=1), n_seeds=3)
    W = np.arange(3.0)[:, None, None] * np.ones((3, 1, 2))
    made = result_of(sweep, W=W, b=np.zeros((3, 2)), loss=np.array([0.2, 0.1, 0.3]))
    assert plot.weights_at(made, "W")[0, 0] == 1
    assert plot.weights_at(made, "W", among=[True, False, True])[0, 0] == 0
    assert plot.weights_at(made, "W", among=[False] * 3)[0, 0] == 1
