"""Samples or features: who takes the two hidden dimensions, against how many samples there are.

Above, hidden vectors of the samples and columns of W, of the seed of the smallest training loss;
below, mean dimensionality of training and fresh samples, and the loss on both.
Source: Henighan et al. 2023, Superposition, Memorization, and Double Descent.
"""

from matplotlib.figure import Figure

from phasesim import plot

T = "distribution.n_samples"


def draw(result, *, reduction="best"):  # noqa: D103
    found, sizes = result.analysis("data_dimensions"), sorted(result.coords[T])
    shown = sorted({sizes[k * (len(sizes) - 1) // 4] for k in range(5)})
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.4))
        upper, lower = figure.subfigures(2, 1, height_ratios=(1, 1.4))
        for size, ax in zip(shown, upper.subplots(1, len(shown), squeeze=False)[0], strict=True):
            plot.samples_and_features(result, found, ax=ax, n_samples=size)
        upper.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
        left, right = lower.subplots(1, 2)
        names = {"training": "mean_of_samples", "fresh": "mean_of_fresh"}
        plot.several(found, names, T, label="mean dimensionality of a sample", ax=left)
        left.set_yscale("log")
        names = {"training": "loss_of_training", "fresh": "loss_of_fresh"}
        plot.several(found, names, T, label="loss", ax=right)
        figure.suptitle(f"Memorisation: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.double_descent(result)
