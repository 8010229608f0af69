"""Absolute values where neurons are not scarce: a neuron for either sign of each feature.

Left and middle, the weights into and out of each neuron of the best model, the largest in scaled
to 1; right, how many features of a run have such a pair, before training and after.
Source: Elhage et al. 2022, Toy Models of Superposition, "Computation in Superposition".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    weights = plot.checks.small_weights(result)
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.7))
        *maps, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.4))
        titles = "weights in, $W_{in}$", "weights out, $W_{out}^T$"
        for ax, W, title in zip(maps, weights, titles, strict=True):
            plot.weight_map(W, title=title, ax=ax)
            ax.set_aspect("auto")
        plot.counts(
            {"trained": plot.checks.pair_counts(result),
             "untrained": plot.checks.pair_counts(result, start=True)},
            label="features with one ± pair", ax=right,
        )  # fmt: skip
        figure.suptitle(f"Absolute values, a pair of neurons each: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.absolute_small(result)
