"""Pairs of features of which at most one is active: they share a line, in opposite directions.

Source: Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        densities = result.coords["distribution.density"]
        figure = Figure(figsize=(plot.DOUBLE, 3.0))
        rows = figure.subplots(2, len(densities), squeeze=False)
        for model, axes in zip(result.coords["model"], rows, strict=True):
            for p, ax in zip(densities, axes, strict=True):
                W, _, e = plot.model_at(result, reduction=reduction, model=model, density=p)
                plot.set_features(W, sets=e.distribution.groups(e.n_features), ax=ax)
                ax.set_title(f"p = {p:.2g}")
            axes[0].set_ylabel(model, parse_math=False)
        figure.legend(*rows[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2,
                      title="full marker: first of a pair; open: its mate")  # fmt: skip
        figure.suptitle(f"Anticorrelated pairs: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.anticorrelated(result)
