"""True phase diagram of three features in two dimensions, with the triangle the paper leaves out.

Shown is the extra feature; inside the yellow outline the optimum is a triangle of all three.
Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change"; the
optimum over weights and biases is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

# (ratio, density): expected of the last feature, and the cell that must fail it
POINTS = {
    (0.3, 0.7): ("norm < 0.1", lambda norm, s: norm < 0.1, (3, 0.7)),
    (3, 0.7): ("norm > 0.9, s < 0.1", lambda norm, s: norm > 0.9 and s < 0.1, (0.3, 0.7)),
    (3, 0.1): ("norm > 0.9, s < 0.1", lambda norm, s: norm > 0.9 and s < 0.1, (0.3, 0.1)),
    (0.5, 0.1): ("norm > 0.8, s > 0.8", lambda norm, s: norm > 0.8 and s > 0.8, (2, 0.1)),
    (1, 0.7): ("0.2 < s < 0.6", lambda norm, s: 0.2 < s < 0.6, (1, 0.4)),
}


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.75))
        left, right = figure.subplots(1, 2, sharex=True, sharey=True)
        plot.phase_diagram(result, reduction=reduction, ax=left, theory=False, legend=False)
        plot.outline(result, ax=right)
        plot.paper_boundary(result, ax=plot.outline(result, "polygon", ax=right))
        plot.theory_diagram(result, ax=right, boundaries=False, also=(left,)).set_ylabel("")
        figure.suptitle(f"Phases of the last feature: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    ratio = plot.prepare_loss_ratio(result)
    near, far = (ratio.values[:, ratio.grid.x.values < r].min() for r in (10, 0.5))
    row = plot.assertion("least loss / the paper's candidates", "≤ 0.88", lambda v: v <= 0.88,
                         (near,), control=("r < 0.5", (far,)))  # fmt: skip
    agreement = plot.agreement_assertions(result, share=0.98, between=0.9)
    return [*plot.point_assertions(result, POINTS), row, *agreement]
