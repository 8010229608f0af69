"""Every feature's share of a dimension in uniform superposition: lines at fractions of polytopes.

Source: Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Feature
Dimensionality"; the bars of the largest block gain are our own.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 3.4))
        ax = figure.subplots()
        select = {"n_hidden": result.coords["n_hidden"][0]}
        plot.dimensionality_scatter(result, reduction=reduction, select=select, ax=ax)
        m = f"m = {select['n_hidden']}"
        figure.suptitle(f"Feature dimensionality, {m}: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.lines(result)
