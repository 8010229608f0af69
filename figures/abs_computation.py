"""Absolute values of 100 features in 40 neurons: weights of the neurons, sharing, and the loss.

Above, weights into each neuron, its largest scaled to 1, most important features darkest; below,
how many neurons serve several features, and the loss and that of two neurons each for 20 features.
Source: Elhage et al. 2022, Toy Models of Superposition, "Computation in Superposition".
"""

from matplotlib.figure import Figure

from phasesim import plot

P = "distribution.density"


def draw(result, *, reduction="best"):  # noqa: D103
    found, densities = result.analysis("basis_alignment"), sorted(result.coords[P])[::-1]
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.2))
        upper, lower = figure.subfigures(2, 1, height_ratios=(1.2, 1))
        shown = densities[:: max(1, len(densities) // 3)]
        panels = upper.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
        for p, ax in zip(shown, panels, strict=True):
            W = plot.weights_at(result, "W_in", density=p)
            plot.neuron_stack(plot.scaled(W), ax=ax)
            ax.set_ylabel(f"p = {p:g}", rotation=0, ha="right", va="center")
            ax.label_outer()
        left, right = lower.subplots(1, 2)
        shared = plot.output_values(found, "polysemantic")
        plot.axis_lines(found, shared, P, label="polysemantic neurons", ax=left)
        loss = result.loss / result.null_loss[..., None]
        plot.axis_lines(result, loss, P, label="loss / null loss", ax=right)
        naive = float(plot.checks.naive_loss(result).ravel()[0])
        right.axhline(naive, color="0.4", linestyle="--", linewidth=0.8, label="naive solution")
        right.legend()
        figure.suptitle(f"Computation in superposition: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.absolute(result)
