"""Six features in the plane, one active at a time: the loss falls through plateaus of k-gons.

Left, the loss of every run and the levels that theory gives (+: a silent feature with a bias);
right, the best run and the worst at their end.
Source: Chen et al. 2023, Dynamical versus Bayesian Phase Transitions in a Toy Model of
Superposition.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.7))
        left, middle, right = figure.subplots(1, 3, width_ratios=(2.2, 1, 1))
        plot.levels(result, ax=left)
        for ax, seed in ((middle, reduction), (right, "worst")):
            plot.features(plot.model_at(result, reduction=seed).W, ax=ax)
            ax.set(title=f"{seed} of {result.sweep.n_seeds} seeds", xticks=(-1, 0, 1),
                   yticks=(-1, 0, 1))  # fmt: skip
        figure.suptitle(f"Plateaus of k-gons: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.k_gons(result)
