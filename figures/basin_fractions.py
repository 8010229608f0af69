"""Shares of seeds in the best minimum and in others, of five equal features in two dimensions.

Source: Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model, for the
minima; their shares are our own.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.6))
        ax = plot.basins(result, ax=figure.subplots(), legend=False)
        figure.legend(*ax.get_legend_handles_labels(), loc="outside right center",
                      title="represented")  # fmt: skip
        figure.suptitle(f"Basins: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.basins(result)
