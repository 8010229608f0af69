"""Features that a neuron seems to serve, by the number of contexts shown with weights fixed.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis", for
the neurons; counting their roles by context is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

CURVES = {
    "roles": "features with a role in a neuron",
    "label_kept": "neurons with their final label",
}


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("context_roles")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.5))
        for ax, (name, words) in zip(figure.subplots(1, 2), CURVES.items(), strict=True):
            shown = {name: "further contexts", f"{name}_resampled": "the first again"}
            plot.output_curves(found, shown, "contexts_shown", ax=ax)
            ax.set(ylabel=words, ylim=(0, None), xticks=found.along("contexts_shown"))
        figure.suptitle(f"Roles of neurons: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.context_roles(result.analysis("context_roles"))
