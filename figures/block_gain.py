"""Gain per dimension of polytopes against 1/(1 - S), and which of them leads.

Lines are blocks of one norm and one bias, marks are trained models.
Source: Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition"; the
theory is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 3.0))
        ax = plot.block_gains(result, ax=figure.subplots(), legend=False)
        figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
        figure.suptitle(f"Block gain: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.block_gains(result)
