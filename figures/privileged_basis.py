"""Neurons with a hidden ReLU, from one feature each in dense data to several in sparse data.

Above, the weights of each neuron of the best model stacked, its largest one scaled to 1, most
important features darkest; below, polysemantic neurons, and the alignment of represented features
with neurons beyond that after random rotations, with a hidden ReLU and without.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis".
"""

from matplotlib.figure import Figure

from phasesim import plot

P = "distribution.density"


def draw(result, *, reduction="best"):  # noqa: D103
    found, densities = result.analysis("basis_alignment"), sorted(result.coords[P])[::-1]
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 3.9))
        upper, lower = figure.subfigures(2, 1, height_ratios=(1, 1.3))
        panels = upper.subplots(1, len(densities), sharey=True, squeeze=False)[0]
        for p, ax in zip(densities, panels, strict=True):
            W = plot.model_at(result, reduction=reduction, activation="relu", density=p).W
            plot.neuron_stack(plot.scaled(W), ax=ax)
            ax.set_title(f"p = {p:.2g}").axes.label_outer()
        left, right = lower.subplots(1, 2)
        shared = plot.output_values(found, "polysemantic")
        plot.axis_lines(found, shared, P, label="polysemantic neurons, mean", ax=left)
        left.set_ylim(bottom=0)
        right.axhline(0, color="0.8", linewidth=0.6, zorder=0)
        aligned = plot.checks.beyond_chance(result)
        plot.axis_lines(found, aligned, P, label="alignment beyond chance", ax=right, legend=False)
        figure.suptitle(f"Neurons as a basis: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.privileged(result)
