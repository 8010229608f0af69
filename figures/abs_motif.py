"""Asymmetric superposition in absolute values: weights in and out, and how many runs have it.

Left and middle, the weights into and out of each neuron of the best model that has such a neuron,
features in order of importance; right, how many runs have how many of them, and with weights in
random order.
Source: Elhage et al. 2022, Toy Models of Superposition, "Computation in Superposition".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    counts = plot.checks.motif_counts(result)
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.7))
        left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.1))
        for ax, W, title in (
            (left, plot.weights_at(result, "W_in", among=counts > 0), "weights in, $W_{in}$"),
            (
                middle,
                plot.weights_at(result, "W_out", among=counts > 0).T,
                "weights out, $W_{out}^T$",
            ),
        ):
            plot.weight_map(W, ax=ax, title=title)
        plot.counts(
            {"trained": counts,
             "random order": plot.checks.motif_counts(result, shuffle=True)},
            label="asymmetric neurons of a run", ax=right,
        )  # fmt: skip
        figure.suptitle(f"Asymmetric superposition: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.motif(result)
