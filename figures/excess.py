"""Excess of trained models over the true optimum, by reduction of seeds.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change", whose
reduction is the mean without the worst seed; the optimum over weights and biases is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

REDUCTIONS = ("best", "mean_minus_worst", "mean")


def draw(result, *, reduction="best"):  # noqa: D103
    shown = dict.fromkeys((reduction, *REDUCTIONS))
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.4))
        axes = figure.subplots(1, len(shown), sharex=True, sharey=True)
        for ax, name in zip(axes, shown, strict=True):
            last = ax is axes[-1]
            plot.excess(result, reduction=name, ax=ax, also=tuple(axes[:-1]), bar=last)
            ax.label_outer()
        figure.suptitle(f"Excess over the true optimum: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.excess(result)
