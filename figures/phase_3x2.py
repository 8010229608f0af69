"""Phase diagram of three features in two dimensions: trained models beside the paper's candidates.

Shown is the extra feature, of importance r: where it matters more than the two ordinary ones it is
never in superposition, unlike in phase-2x1, as they can share the other dimension.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".
"""

from matplotlib.figure import Figure

from phasesim import plot

# (ratio, density): expected of the last feature, and the cell that must fail it
POINTS = {
    (0.3, 0.7): ("norm < 0.1", lambda norm, s: norm < 0.1, (3, 0.7)),
    (3, 0.7): ("norm > 0.9, s < 0.1", lambda norm, s: norm > 0.9 and s < 0.1, (0.3, 0.7)),
    (3, 0.1): ("norm > 0.9, s < 0.1", lambda norm, s: norm > 0.9 and s < 0.1, (0.3, 0.1)),
}


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.75))
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        plot.phase_diagram(result, reduction=reduction, ax=left, theory=False, legend=False)
        plot.paper_boundary(result, ax=left)
        plot.theory_diagram(result, kind="candidates", ax=right, boundaries=False, also=(left,))
        right.set_ylabel("")
        figure.suptitle(f"Phases of the last feature: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return [*plot.point_assertions(result, POINTS), *plot.checks.corner(result)]
