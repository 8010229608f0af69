"""Features represented for each hidden dimension, beside what compressed sensing allows.

Source: Elhage et al. 2022, Toy Models of Superposition, "Relationship to Compressed Sensing": to
recover n features, m = Ω(-n (1-S) log(1-S)); the constant 1 is drawn.
"""

import numpy as np
from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.SINGLE, 2.6))
        ax = plot.curve(result, "features_per_dimension", reduction=reduction, ax=figure.subplots())
        p = np.geomspace(0.95, min(result.coords["distribution.density"]), 100)
        ax.plot(1 / p, -1 / (p * np.log(p)), "--", color="black", label="1 / (−p log p)")
        ax.set(ylim=(0, 8))
        ax.legend(loc="lower right")
        figure.suptitle(plot.describe(result.sweep), fontsize=7)
    return figure


def check(result):  # noqa: D103
    return plot.checks.sensing(result)
