"""Hysteresis of the lesser of two features along the density, at several importances.

Minima of the exact loss are followed upward and downward; marks are trained models that start on
either side.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change"; the
continuation is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

RATIOS = (0.1, 0.3, 0.5, 0.8)


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 3.9))
        axes = figure.subplots(2, 2, sharex=True, sharey=True)
        for ax, ratio in zip(axes.flat, RATIOS, strict=True):
            plot.hysteresis(result, ratio=ratio, ax=ax, legend=False).label_outer()
        entries = [ax.get_legend_handles_labels() for ax in axes.flat]
        named = {label: h for both in entries for h, label in zip(*both, strict=True)}
        figure.legend(named.values(), named, loc="outside lower center", ncols=4)
        figure.suptitle(f"Hysteresis: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.hysteresis(result)
