"""Phase diagram of two features in one dimension: trained models beside the true optimum.

Shown is the extra feature, of importance r: dense, it is ignored or has the dimension to itself;
sparse, it shares the dimension with the other feature.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".
"""

from matplotlib.figure import Figure

from phasesim import plot

# (ratio, density): expected of the last feature, and a reading of the cell that must fail it
OTHER, WORST = ("the other feature", {"feature": 0}), ("worst seed", {"reduction": "worst"})
SHARED = ("norm > 0.8, s > 0.7", lambda norm, s: norm > 0.8 and s > 0.7, *WORST)
POINTS = dict.fromkeys([(1, 0.1), (0.3, 0.1), (3, 0.1)], SHARED) | {
    (0.3, 0.7): ("norm < 0.1", lambda norm, s: norm < 0.1, *OTHER),
    (3, 0.7): ("norm > 0.9, s < 0.1", lambda norm, s: norm > 0.9 and s < 0.1, *OTHER),
}


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.75))
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        plot.phase_diagram(result, reduction=reduction, ax=left, legend=False)
        plot.theory_diagram(result, ax=right, also=(left,)).set_ylabel("")
        figure.suptitle(f"Phases of the last feature: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    rows = []
    for (r, p), (expected, holds, name, how) in POINTS.items():
        own, other = (plot.read_cell(result, {"ratio": r, "density": p}, **k) for k in ({}, how))
        quantity = f"norm, s at r = {r}, p = {p}"
        rows.append(plot.assertion(quantity, expected, holds, own, control=(name, other)))
    return rows + plot.agreement_assertions(result, share=0.98, between=0.8)
