"""Weight sharing: loss against the number of different values, by k-means and evenly spaced.

Source: Han, Mao & Dally 2016, Deep Compression, "Trained quantization and weight sharing".
"""

from matplotlib.figure import Figure

from phasesim import plot

CURVES = {"rise": "k-means", "rise_spaced": "evenly spaced", "worst": "k-means, worst feature"}
MAPS = {"needed": "k-means", "needed_spaced": "evenly spaced"}


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("weight_sharing")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.6))
        left, middle, right = figure.subplots(1, 3, width_ratios=(1.2, 1, 1))
        plot.output_curves(found, CURVES, "values", ax=left)
        left.set_xscale("log", base=2)
        left.xaxis.set_major_formatter("{x:g}")
        left.set(ylabel="rise of the loss / null loss", ylim=(0, 1))
        left.legend(loc="upper right", frameon=True)
        plot.output_maps(found, MAPS, axes=(middle, right), low=2, high=32, label="values needed",
                         reduction=reduction)  # fmt: skip
        middle.tick_params(labelleft=True)
        figure.suptitle(f"Weight sharing: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("weight_sharing")
    fewer = plot.output_mean(found, "needed") - plot.output_mean(found, "needed_spaced")
    rows = ("rise with four values", 0.05, "rise"), ("squared error / variance, four", 0.1, "error")
    return [
        plot.assertion("values needed less those evenly spaced", "< -1", lambda v: v < -1, (fewer,),
                       control=("the other way round", (-fewer,))),
        *(plot.output_assertion(found, said, f"< {most}", lambda v, m=most: v < m, name,
                                f"{name}_spaced", at={"values": 4}) for said, most, name in rows),
    ]  # fmt: skip
