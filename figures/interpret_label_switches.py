"""Labels of neurons that switch during training, over density and importance, and over steps.

Source: Elhage et al. 2022, Toy Models of Superposition, "Learning Dynamics", for features that
change places; following the labels is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

SWITCHES = {"switched": "labels that switch", "switched_resampled": "two samples of a step"}


def draw(result, *, reduction="mean"):  # noqa: D103
    found = result.analysis("label_switches")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.8))
        above, below = figure.subfigures(2, 1)
        upper, lower = above.subplots(1, 2, sharey=True), below.subplots(1, 2)
        shown = {"settled_switches": "subspace stands still",
                 "settled_switches_resampled": "two samples of a step"}  # fmt: skip
        plot.output_maps(found, shown, axes=upper, low=0, high=0.3, reduction=reduction,
                         label="part of the labels that switch")  # fmt: skip
        plot.output_curves(found, SWITCHES, "until", ax=lower[0])
        plot.output_curves(found, {"moved": "largest", "moved_mean": "mean"}, "until", ax=lower[1])
        lower[0].set_ylabel("part of the labels")
        lower[1].set_ylabel("principal angle, degrees")
        for ax in lower:
            ax.set(xscale="log", xlabel="step")
        figure.suptitle(f"Labels in training: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.label_switches(result.analysis("label_switches"))
