"""What a linear and a ReLU model make of features of falling importance, from dense to sparse.

Each panel: WᵀW from -1 (blue) to 1 (red), the biases, and a bar a feature of length ‖W_i‖.
Source: Elhage et al. 2022, Toy Models of Superposition, "Basic Results".
"""

import numpy as np
from matplotlib.figure import Figure

from phasesim import plot

LABELS = {"linear": "linear", "relu_output": "ReLU"}


def draw(result, *, reduction="best"):  # noqa: D103
    p = result.coords["distribution.density"]
    shown = [("relu_output", p[k]) for k in np.linspace(0, len(p) - 1, 7, dtype=int)]
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.8))
        axes = figure.subplots(2, 4).flat
        for ax, (model, density) in zip(axes, [("linear", p[0]), *shown], strict=True):
            W, b, _ = plot.model_at(result, reduction=reduction, model=model, density=density)
            plot.stack(W, b=b, ax=ax)
            ax.set_title(f"{LABELS[model]}, p = {density:.3g}")
        figure.legend(handles=plot.stack_legend(), loc="outside lower center", ncols=2)
        figure.suptitle(f"Basic results: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.basics(result)
