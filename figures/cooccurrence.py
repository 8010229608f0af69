"""Who shares a line or a neuron, and with which sign, from exclusive to inseparable pairs.

Two pairs, from c = -1, never together, over independent to c = 1, always together: the largest
overlap of two features of a pair, and of two of different pairs. With a ReLU in the hidden layer
(relu_hidden) neurons are a basis, and can be shared.
Source: Elhage et al. 2022, Toy Models of Superposition, for the correlated and anticorrelated
ends; the map between them is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

ROWS = (("relu_output", False), ("relu_hidden", False), ("relu_hidden", True))
COLUMNS = ((2, "mates"), (2, "strangers"), (3, "mates"), (3, "strangers"))


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.6))
        panels = figure.subplots(3, 4, sharex=True, sharey=True)
        for k, (model, neurons) in enumerate(ROWS):
            also = tuple(panels[2, :-1] if neurons else panels[:2].flat[:-1])
            for (m, between), ax in zip(COLUMNS, panels[k], strict=True):
                last = k > 0 and ax is panels[k, -1]
                plot.overlap_map(result, between=between, neurons=neurons, ax=ax, also=also,
                                 select={"model": model, "n_hidden": m}, reduction=reduction,
                                 bar=last)  # fmt: skip
                ax.set_title("" if k else f"m = {m}, {ax.get_title()}").axes.label_outer()
            panels[k, 0].set_ylabel(f"{model}\n{panels[k, 0].get_ylabel()}", parse_math=False)
        panels[0, 0].set_yticks([0.5, 0.2, 0.1, 0.05])
        figure.suptitle(f"Pairs from exclusive to inseparable: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.cooccurrence(result)
