"""Five features in a plane: two of them, two antipodal pairs, then a pentagon as inputs get sparse.

Source: Elhage et al. 2022, Toy Models of Superposition, introduction.
"""

from matplotlib.figure import Figure

from phasesim import plot
from phasesim.geometry import canonical

RELU, SHOWN = ("ReLU output", "relu_output"), (1, 0.2, 0.1, 0.05)


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.75))
        left, right = figure.subfigures(1, 2, width_ratios=(2.2, 1))
        panels = left.subplots(2, 4).flat
        for k, ax in enumerate(panels):
            (label, model), p = (RELU, ("linear",) * 2)[k // 4], SHOWN[k % 4]
            W, _, e = plot.model_at(result, reduction=reduction, model=model, density=p)
            weight = e.importance.per_feature(e.n_features)
            plot.features(canonical(W), importance=weight, ax=ax, colorbar=False)
            ax.set(xlabel="", ylabel="" if k % 4 else label, xticks=[], yticks=[])
            ax.set_title("" if k > 3 else f"p = {p}").axes.spines[:].set_visible(False)
        left.colorbar(panels[0].collections[0], ax=left.axes, location="bottom", shrink=0.5,
                      aspect=40, label="importance")  # fmt: skip
        loss = right.subplots()
        plot.branches(result, select={"model": RELU[1]}, ax=loss, legend="lower right")
        figure.suptitle(f"Columns of W: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.pentagon(result)
