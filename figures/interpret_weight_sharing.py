"""Weight sharing: loss against the number of different values, by k-means and evenly spaced.

Source: Han, Mao & Dally 2016, Deep Compression, "Trained quantization and weight sharing".
"""

from matplotlib.figure import Figure

from phasesim import plot

CURVES = {"rise": "k-means", "rise_spaced": "evenly spaced", "worst": "k-means, worst feature"}


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("weight_sharing")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.6))
        left, middle, right = figure.subplots(1, 3, width_ratios=(1.2, 1, 1))
        plot.output_curves(found, CURVES, "values", ax=left)
        left.set_xscale("log", base=2)
        left.xaxis.set_major_formatter("{x:g}")
        left.set(ylabel="rise of the loss / null loss", ylim=(0, 1))
        plot.output_maps(found, {"needed": "k-means", "needed_spaced": "evenly spaced"},
                         axes=(middle, right), low=2, high=32, label="values needed",
                         reduction=reduction)  # fmt: skip
        middle.tick_params(labelleft=True)
        figure.suptitle(f"Weight sharing: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("weight_sharing")
    asserted = (
        ("values needed for 5 % of the null loss", "< 6", lambda v: v < 6, "needed", {}),
        ("rise of the loss with four values", "< 0.05", lambda v: v < 0.05, "rise",
         {"values": 4}),
        ("squared change of the weights with four values over their variance", "< 0.1",
         lambda v: v < 0.1, "error", {"values": 4}),
    )  # fmt: skip
    return [plot.output_assertion(found, said, expected, holds, name, f"{name}_spaced", at=at)
            for said, expected, holds, name, at in asserted]  # fmt: skip
