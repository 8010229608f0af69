"""Loss that an attack of a tenth of the input's length adds, relative to no superposition.

Left, against sparsity, after training with attacks of three sizes; middle, features per
dimension 1/D*; right, what it adds to each feature of plainly trained models against 1/D_i.
Source: Elhage et al. 2022, Toy Models of Superposition, "Relationship to Adversarial Robustness".
"""

from matplotlib.figure import Figure

from phasesim import gallery, plot

P = "distribution.density"


def _found(result):
    return result.analysis(gallery.analyses_of("adversarial")[0].label)


def draw(result, *, reduction="best"):  # noqa: D103
    found = _found(result)
    packed = 1 / result.metric("dimensions_per_feature")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.6))
        left, middle, right = figure.subplots(1, 3)
        hurt = plot.output_values(found, "vulnerability")
        plot.axis_lines(found, hurt, P, label="vulnerability", ax=left)
        plot.axis_lines(result, packed, P, label="features per dimension 1/D*", ax=middle,
                        legend=False)  # fmt: skip
        plot.damage(found, select={"radius": 0.0}, ax=right)
        figure.suptitle(f"Attacks: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.adversarial(result, _found(result))
