"""Sparse against dense codes at equal loss, and capacity against distinguishability.

Source: Foldiak & Endres 2008, Sparse coding, Scholarpedia 3(1):2984, for what a sparse code is;
Elhage et al. 2022, Toy Models of Superposition, "L1 Regularization", for the penalty.
"""

from matplotlib.figure import Figure

from phasesim import plot

PANELS = (("loss", "active"), ("loss", "units_needed"), ("features_per_unit", "auc"))
DENSITIES = (0.1, 0.03)


def draw(result, *, reduction="mean"):  # noqa: D103
    found = result.analysis("codes")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.8))
        for axes, density in zip(figure.subplots(2, 3), DENSITIES, strict=True):
            for ax, (x, y) in zip(axes, PANELS, strict=True):
                plot.tradeoff(found, x, y, along="coefficient", by="activation",
                              select={"density": density}, ax=ax)  # fmt: skip
            axes[1].set_title(f"density {density:g}; open where the L1 coefficient is 0")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        figure.suptitle(f"Codes: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    rows = (("samples in which a unit is active", "active", "<", 0.4),
            ("units for nine tenths of a readout", "units_needed", "<", 2.5),
            ("features with a direction for each unit", "features_per_unit", "<", 2.0))  # fmt: skip
    return plot.checks.ends(result.analysis("codes"), "coefficient", rows, largest=True)
