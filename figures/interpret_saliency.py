"""Attributions of outputs to inputs and to hidden units, against what edits do.

Source: Sundararajan, Taly & Yan 2017, Axiomatic Attribution for Deep Networks.
"""

from matplotlib.figure import Figure

from phasesim import plot

PANELS = {
    "rank_unit_gradient": "gradient",
    "rank_unit_gradient_input": "gradient × activation",
    "rank_unit_magnitude": "activation alone",
}


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.5))
        axes = figure.subplots(1, 3, sharex=True, sharey=True)
        plot.output_maps(result.analysis("saliency"), PANELS, axes=axes, low=0, high=1,
                         label="rank correlation with the effect", reduction=reduction)  # fmt: skip
        figure.suptitle(f"Attribution to hidden units: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("saliency")
    asserted = (
        ("inputs over which a gradient spreads", "> 3", lambda v: v > 3,
         "spread_input_gradient", "spread_input"),
        ("rank correlation of gradient × input with the effect", "> 0.9", lambda v: v > 0.9,
         "rank_input_gradient_input", "rank_input_magnitude"),
        ("part of the samples in which gradient × activation names the unit of largest effect",
         "> 0.9", lambda v: v > 0.9, "top_unit_gradient_input", "top_unit_gradient"),
    )  # fmt: skip
    return [plot.output_assertion(found, *row) for row in asserted]
