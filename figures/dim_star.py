"""Hidden dimensions per feature of uniform superposition: sticky at 1 and at 1/2.

Source: Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
Superposition"; n and m are those of the authors' notebook.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.SINGLE, 2.6))
        ax = figure.subplots()
        for level in (1, 0.5):
            ax.axhline(level, color="0.8", linewidth=0.6, zorder=0)
        plot.curve(result, "dimensions_per_feature", reduction=reduction, ax=ax)
        ax.set(ylim=(0, 1.1))
        figure.suptitle(plot.describe(result.sweep), fontsize=7)
    return figure


def check(result):  # noqa: D103
    return plot.checks.dimensions(result)
