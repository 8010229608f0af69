"""Superposition and loss under an L1 term on the hidden units, at three densities.

Left, the largest superposition of a represented feature; right, the loss of the task alone.
Source: Elhage et al. 2022, Toy Models of Superposition, "L1 Regularization".
"""

from matplotlib.figure import Figure

from phasesim import plot

COEFFICIENT = "regularizers.hidden_l1.coefficient"


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.7))
        left, right = figure.subplots(1, 2)
        plot.axis_lines(result, plot.checks.most_shared(result), COEFFICIENT,
                        label="largest superposition sᵢ", ax=left)  # fmt: skip
        plot.axis_lines(result, result.metric("normalized_loss"), COEFFICIENT,
                        label="loss / null loss", ax=right, legend=False)  # fmt: skip
        figure.suptitle(f"L1 on hidden units: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.l1(result)
