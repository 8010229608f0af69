"""Models with a neuron that says more of a feature once the others are known, by their size.

Source: Williams & Beer 2010, Nonnegative Decomposition of Multivariate Information, for synergy;
the example of two contexts is our own.
"""

from matplotlib.figure import Figure
from scipy.stats import binomtest

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    found, (density, sizes) = result.analysis("context_neuron"), result.coords.values()
    kinds = {"found": "trained", "found_weights": "shuffled weights"}
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.4))
        for ax, kind in zip(figure.subplots(1, 2, sharey=True), kinds, strict=True):
            for p, rows in zip(density, found.stored(kind), strict=True):
                tests = [binomtest(int(row.sum()), len(row)) for row in rows]
                mean = [t.statistic for t in tests]
                ends = [t.proportion_ci(method="wilson") for t in tests]
                bars = [[m - e.low for m, e in zip(mean, ends, strict=True)],
                        [e.high - m for m, e in zip(mean, ends, strict=True)]]  # fmt: skip
                ax.errorbar(sizes / 2, mean, bars, marker="o", capsize=2, label=f"p = {p:g}")
            ax.set(title=kinds[kind], xlabel="features of each context", ylim=(-0.05, 1.05),
                   xticks=sizes / 2)  # fmt: skip
            ax.label_outer()
        ax.legend()
        figure.axes[0].set_ylabel(f"share of {result.sweep.n_seeds} seeds")
        figure.suptitle("Three neurons, two contexts: one says 3 times more given the others")
    return figure


def check(result):  # noqa: D103
    return plot.checks.context_neuron(result.analysis("context_neuron"))
