"""Neurons that stand for two features by accident, though there are neurons to spare.

Source: Lecomte et al. 2023, What Causes Polysemanticity? An Alternative Origin Story of Mixed
Selectivity from Incidental Causes.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.SINGLE, 2.8))
        plot.collisions(result, ax=figure.subplots())
        n = f"all {result.sweep.n_seeds} seeds of"
        figure.suptitle(f"{n} {plot.describe(result.sweep)}", fontsize=6.5)
    return figure


def check(result):  # noqa: D103
    return plot.checks.incidental(result)
