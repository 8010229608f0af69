"""Neurons that stand for two features by accident, though there are neurons to spare.

Source: Lecomte et al. 2023, What Causes Polysemanticity? An Alternative Origin Story of Mixed
Selectivity from Incidental Causes.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    rates = result.coords["regularizers.dropout.rate"]
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.9))
        panels = figure.subplots(1, len(rates), sharey=True)
        for rate, ax in zip(rates, panels, strict=True):
            plot.collisions(result, select={"rate": rate}, legend=False, ax=ax)
            ax.set_title(f"dropout {rate:g}" if rate else "no dropout").axes.label_outer()
        names = panels[0].get_legend_handles_labels()
        figure.legend(*names, loc="outside lower center", ncols=len(names[1]))
        each = f"mean of {result.sweep.n_seeds} seeds"
        figure.suptitle(f"Accidental polysemanticity: {each} · {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.incidental(result)
