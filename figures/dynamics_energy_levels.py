"""Dimensionalities and the loss while a model of equal features trains: levels, jumps, swaps.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition and Learning Dynamics".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 3.6))
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.6, 1))
        plot.learning(result, ax=upper, below=lower, reduction=reduction)
        figure.suptitle(f"Energy levels in training: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.energy_levels(result)
