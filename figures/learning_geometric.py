"""Two sets of three correlated features while they learn: a line, triangles, an octahedron.

Above, the columns of W at five steps, each set a triangle of its own colour and each box to its
own scale; below, dimensionalities and the loss.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition and Learning Dynamics".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    e, shown = result.sweep.experiment, plot.prepare_learning(result, reduction=reduction)
    sets = e.distribution.groups(e.n_features)
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.6))
        upper, lower = figure.subfigures(2, 1, height_ratios=(1, 2))
        boxes = upper.subplots(1, 5, subplot_kw={"projection": "3d"})
        for ax, at in zip(boxes, plot.stages(shown, len(boxes)), strict=True):
            title = f"step {shown.step[at]:,.0f}"
            plot.directions(shown.W[at], sets=sets, ax=ax, title=title)
        over, under = lower.subplots(2, 1, sharex=True, height_ratios=(1.4, 1))
        plot.learning(result, ax=over, below=under, sets=sets, reduction=reduction)
        figure.suptitle(f"Two correlated sets in training: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.geometric(result)
