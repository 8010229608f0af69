"""Correlated pairs in a plane: orthogonal where there is room, neighbours in a hexagon if not.

The linear model merges what is active together.
Source: Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
"""

import numpy as np
from matplotlib.figure import Figure

from phasesim import plot

# ARENA's densities of two and of three pairs
TWO, THREE = np.geomspace(0.05, 0.0025, 5), np.geomspace(0.1, 0.01, 5)
ROWS = (("relu_output", 4, TWO), ("linear", 4, TWO), ("relu_output", 6, THREE))


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.1))
        rows = figure.subplots(len(ROWS), len(TWO))
        for (model, n, densities), axes in zip(ROWS, rows, strict=True):
            for p, ax in zip(densities, axes, strict=True):
                at = {"model": model, "n_features": n, "density": p}
                W, _, e = plot.model_at(result, reduction=reduction, **at)
                plot.set_features(W, sets=e.distribution.groups(n), ax=ax)
                ax.set_title(f"p = {p:.2g}")
            axes[0].set_ylabel(f"{model}, n = {n}", parse_math=False)
        figure.legend(*rows[-1, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3,
                      title="full marker: first of a pair; open: its mate")  # fmt: skip
        figure.suptitle(f"Correlated pairs: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.correlated(result)
