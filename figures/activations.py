"""How far features lie along neurons under five hidden activations, and the loss.

Left, the alignment of represented features beyond that after random rotations of the hidden
space: 0 without a preferred basis, below 0 where features avoid single neurons.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis";
activations other than ReLU are our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

P = "distribution.density"


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("basis_alignment")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.8))
        left, right = figure.subplots(1, 2)
        left.axhline(0, color="0.8", linewidth=0.6, zorder=0)
        aligned = plot.checks.beyond_chance(result)
        plot.axis_lines(found, aligned, P, label="alignment beyond chance", ax=left)
        loss = result.metric("normalized_loss")
        plot.axis_lines(result, loss, P, label="loss / null loss", ax=right, legend=False)
        figure.suptitle(f"Hidden activations: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.activations(result)
