"""Capacity of a feature in one quadratic neuron: trained models beside the closed form.

Left, lines are the closed form; right, broken lines are where sharing begins.
Source: Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.9))
        left, right = figure.subplots(1, 2)
        plot.capacity_lines(result, reduction=reduction, ax=left)
        plot.capacity_map(result, reduction=reduction, ax=right)
        each = plot.describe_reduction(reduction, result.sweep.n_seeds)
        figure.suptitle(f"Shared capacity: {each} · {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.capacity(result)
