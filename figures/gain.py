"""Gain of trained models over the best model without superposition, beside the optimum's.

Source: Elhage et al. 2022, Toy Models of Superposition, "Demonstrating Superposition"; the gain of
a digon at equal importances is that of the block-gain theory, our own.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.75))
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        plot.gain(result, reduction=reduction, ax=left, bar=False)
        plot.gain(result, kind="optimum", ax=right, also=(left,)).set_ylabel("")
        figure.suptitle(f"Gain by superposition: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.gain(result)
