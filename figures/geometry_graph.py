"""The polytopes that many equal features form, as graphs in the plane and in space.

A dot is a represented feature, a line an overlap |W_i·W_j| > 0.2; each component is drawn in its
own subspace, above in the plane, below in space.
Source: Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
Superposition".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    levels = result.coords["distribution.density"]
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 3.7))
        for j, p in enumerate(levels):
            W = plot.model_at(result, reduction=reduction, density=p).W
            ax = figure.add_subplot(2, len(levels), j + 1)
            plot.feature_graph(W, ax=ax, legend=False).set_title(f"p = {p:.3g}")
            space = figure.add_subplot(2, len(levels), len(levels) + j + 1, projection="3d")
            plot.feature_graph(W, ax=space)
        figure.suptitle(f"Feature geometry: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.polytopes(result)
