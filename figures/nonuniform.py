"""One of five features gets rarer: a pentagon bends, then two antipodal pairs take over at a jump.

Left, the columns of W of the best solutions laid on one another, the changed feature as squares;
right, the losses of both kinds of solution, by how many features they represent.
Source: Elhage et al. 2022, Toy Models of Superposition, "Non-Uniform Superposition".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.75))
        left, right = figure.subplots(1, 2)
        plot.overlay(result, reference=1.0, reduction=reduction, ax=left)
        plot.branches(result, ax=right, legend="center left")
        figure.suptitle(f"One rarer feature: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.perturbed(result)
