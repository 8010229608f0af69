"""Weights that serve several features or several contexts, over density and importance.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis", for
the neurons; the removal of weights is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

PANELS = {
    "serving": "serve a feature",
    "braided": "of those: two or more",
    "two_contexts": "needed in two contexts",
}


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.5))
        axes = figure.subplots(1, 3, sharex=True, sharey=True)
        plot.output_maps(result.analysis("braids"), PANELS, axes=axes, low=0, high=1,
                         label="part of the weights", reduction=reduction)  # fmt: skip
        figure.suptitle(f"Braided weights: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("braids")
    asserted = (
        ("part of the serving weights that serve two features", "braided"),
        ("part of the weights needed in a context that two contexts need", "two_contexts"),
        ("part of all weights that serve a feature", "serving"),
    )
    return [plot.output_assertion(found, said, "> 0.2", lambda v: v > 0.2, name,
                                  f"{name}_dedicated") for said, name in asserted]  # fmt: skip
