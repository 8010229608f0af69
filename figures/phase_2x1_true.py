"""True phase diagram of two features in one dimension: noise-free training beside the optimum.

Models follow the exact expected loss, so that what differs from the optimum is the search alone;
the green line is where the trained models change their phase.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change"; the
optimum over weights and biases is our own.
"""

import numpy as np
from matplotlib.figure import Figure

from phasesim import phase_boundary, plot
from phasesim.theory import boundary, paper_boundary

RATIOS = np.geomspace(0.1, 0.5, 8)


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.75))
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        plot.phase_diagram(result, reduction=reduction, ax=left, theory=False, legend=False)
        plot.trained_boundary(result, along="density", reduction=reduction, ax=left)
        plot.theory_diagram(result, ax=right, also=(left,)).set_ylabel("")
        figure.suptitle(f"Phases of the last feature: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found, ratio = phase_boundary(result, along="density"), result.coords["importance.ratio"]
    at = [int(np.argmin(np.abs(np.log(ratio / r)))) for r in RATIOS]
    held = [
        np.mean([found.low[k] <= of(2, 1, ratio[k]) <= found.high[k] for k in at])
        for of in (lambda *a: boundary(*a).density_half, paper_boundary)
    ]
    cells = ("share of ratios 0.1 … 0.5 whose boundary is in the true boundary's cell", "≥ 0.85")
    bracket = plot.assertion(*cells, lambda v: v >= 0.85, held[:1],
                             control=("the paper's boundary", held[1:]))  # fmt: skip
    return [*plot.agreement_assertions(result, share=0.995, between=0.98), bracket]
