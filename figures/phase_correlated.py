"""Phases of two features that are active together, and whether they share a direction.

The colours on the left are blind to the sign of the overlap, which the map on the right shows.
The same pictures serve any other law of two features: --store takes its store.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change" and
"Correlated and Anticorrelated Features".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    law = type(result.sweep.experiment.distribution).__name__
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.75))
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        plot.phase_diagram(result, reduction=reduction, ax=left, theory=False)
        plot.overlap_map(result, between="any", reduction=reduction, ax=right)
        right.set(ylabel="", title="cosine of the two features")
        figure.suptitle(f"Two features, {law} data: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.dependent(result)
