"""Three correlated pairs in a plane: a hexagon, then pairs merge, at last principal components.

Below, the cosine of each pair's mates and its mean; a pair that merges stands at 1.
Source: Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
"""

from matplotlib.figure import Figure

from phasesim import plot

SHOWN = (0.8, 0.4, 0.2, 0.1, 0.01)


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 3.7))
        upper, lower = figure.subfigures(2, 1, height_ratios=(1, 1.5))
        for density, ax in zip(SHOWN, upper.subplots(1, len(SHOWN)), strict=True):
            at = {"model": "relu_output", "density": density}
            W, _, e = plot.model_at(result, reduction=reduction, **at)
            plot.set_features(W, sets=e.distribution.groups(e.n_features), ax=ax)
            ax.set_title(f"p = {e.distribution.density:.2g}")
        left, right = lower.subplots(1, 2, width_ratios=(1.5, 1))
        plot.mate_curve(result, reduction=reduction, ax=left)
        plot.curve(result, "normalized_loss", reduction=reduction, ax=right)
        figure.suptitle(f"Three correlated pairs: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.principal(result)
