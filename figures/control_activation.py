"""Phase diagrams of two features in one dimension, by hidden and output activation.

Shown is the last feature, of importance r.
Source: Elhage et al. 2022, Toy Models of Superposition, "Strategic Picture"; that the diagrams
depend on the activation: Scherlis et al. 2022, Polysemanticity and Capacity in Neural Networks.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    rows, columns = (result.coords[f"model.{name}"] for name in ("output", "activation"))
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 0.9 + 1.25 * len(rows)))
        panels = figure.subplots(len(rows), len(columns), sharex=True, sharey=True, squeeze=False)
        plot.phase_table(result, "model.output", "model.activation", panels, reduction=reduction)
        each = plot.describe_reduction(reduction, result.sweep.n_seeds)
        figure.suptitle(f"Phases by activation: {each} · {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.activation(result)
