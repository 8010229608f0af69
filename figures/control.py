"""Packing under what else acts on training: features per dimension and loss, over its strength.

Source: Elhage et al. 2022, Toy Models of Superposition, "Strategic Picture", which asks whether
superposition can be controlled; the maps are our own.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    most = max(result.coords["n_features"]) / result.sweep.experiment.n_hidden
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.7))
        left, right = figure.subplots(1, 2)
        plot.control_map(result, "features_per_dimension", low=0, high=most, ax=left,
                         reduction="mean", title="packing")  # fmt: skip
        plot.control_map(result, "normalized_loss", low=0, high=1, ax=right,
                         reduction="mean", title="loss")  # fmt: skip
        each = plot.describe_reduction("mean", result.sweep.n_seeds)
        figure.suptitle(f"Control of packing: {each} · {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.control(result)
