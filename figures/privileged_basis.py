"""Neurons with a hidden ReLU, from one feature each in dense data to several in sparse data.

Above, the weights of each neuron stacked, most important features darkest, of the best model;
below, polysemantic neurons and the alignment of features, with a hidden ReLU and without.
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
            at = {"activation": "relu", "density": p}
            plot.neuron_stack(plot.model_at(result, reduction=reduction, **at).W, ax=ax)
            ax.set_title(f"p = {p:.2g}").axes.label_outer()
        left, right = lower.subplots(1, 2)
        for ax, output, label in (
            (left, "polysemantic", "polysemantic neurons"),
            (right, "alignment", "largest |entry| of a direction"),
        ):
            values = plot.output_values(found, output)
            plot.axis_lines(found, values, P, label=label, ax=ax)
        figure.suptitle(f"Neurons as a basis: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.privileged(result)
