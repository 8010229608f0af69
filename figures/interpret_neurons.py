"""Features that drive a neuron, over density and importance, and what its top examples show.

Source: Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis".
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("neurons")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.6))
        left, middle, right = figure.subplots(1, 3, sharex=True, sharey=True)
        plot.output_map(found, "participation", low=1, high=10, ax=left, reduction=reduction)
        plot.output_map(found, "largest_share_all", low=0, high=1, ax=middle, bar=False,
                        title="all samples", reduction=reduction)  # fmt: skip
        plot.output_map(found, "largest_share", low=0, high=1, ax=right, also=(middle,),
                        title="top examples", label="share of the largest contributor",
                        reduction=reduction)  # fmt: skip
        for ax in (left, middle, right):
            ax.label_outer()
        figure.suptitle(f"Neurons: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("neurons")
    asserted = (
        ("AUC of sign and magnitude for the driver", 0.6, "auc_both", "auc_sign"),
        ("common part of the top-k lists of two samples", 0.5, "top_agreement",
         "top_agreement_chance"),
    )  # fmt: skip
    drivers = (("features that drive a neuron", "participation", ">", 2),)
    return [
        *plot.checks.ends(found, "density", drivers, largest=False),
        *(plot.output_assertion(found, said, f"> {least}", lambda v, t=least: v > t, *names)
          for said, least, *names in asserted),
    ]  # fmt: skip
