"""Neurons named anew by training on, as the second half of the features becomes rarer.

Source: Elhage et al. 2022, Toy Models of Superposition, "Learning Dynamics", for features that
change places; training on under a shift is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

WEIGHTS = (1.0, 0.2, 0.05)
SHOWN = (("relabelled", "part of the neurons", 0.5), ("moved", "largest angle, degrees", 90))


def draw(result, *, reduction="mean"):  # noqa: D103
    found = result.analysis("relabelling")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.6))
        rows = figure.subplots(2, 3, sharex=True, sharey=True)
        for axes, (output, label, most) in zip(rows, SHOWN, strict=True):
            for ax, weight in zip(axes, WEIGHTS, strict=True):
                plot.output_map(found, output, select={"weights": weight}, low=0, high=most, ax=ax,
                                also=tuple(axes[:-1]), bar=ax is axes[-1], reduction=reduction,
                                label=label, title=f"{output}, weight {weight:g}")  # fmt: skip
                ax.label_outer()
        figure.suptitle(f"Training on: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    rows = (("neurons named anew", "relabelled", ">", 0.1),
            ("degrees that a neuron's slopes turned", "turned", ">", 20.0),
            ("degrees that the subspace turned", "moved", ">", 20.0))  # fmt: skip
    return plot.checks.ends(result.analysis("relabelling"), "weights", rows, largest=False)
