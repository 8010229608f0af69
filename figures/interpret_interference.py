"""Conflicts between the learning steps of features, over density and importance.

Source: Yu et al. 2020, Gradient Surgery for Multi-Task Learning, for the conflict of gradients;
its map is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

PANELS = {
    "conflict": "harm in a step's effect",
    "conflict_shuffled": "shuffled weights",
    "opposed": "opposed pairs",
}


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.5))
        axes = figure.subplots(1, 3, sharex=True, sharey=True)
        plot.output_maps(result.analysis("interference"), PANELS, axes=axes, low=0, high=1,
                         label="part of the effect, or of pairs", reduction=reduction)  # fmt: skip
        figure.suptitle(f"Learning steps against each other: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("interference")
    asserted = (
        ("part of a step's effect on other features that is harm", "> 0.55",
         lambda v: v > 0.55, "conflict", "conflict_shuffled"),
        ("loss that others gain for each unit that a feature loses", "> 0.5",
         lambda v: v > 0.5, "harm", "harm_shuffled"),
        ("squared gradient of the whole loss over those of the features, summed", "< 0.1",
         lambda v: v < 0.1, "balance", "balance_shuffled"),
    )  # fmt: skip
    return [plot.output_assertion(found, *row) for row in asserted]
