"""Pruning: loss against the share of the weights that is gone, and what the mean hides.

Source: Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks, for
pruning by magnitude; the damage to single features is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

WAYS = {"": "magnitude", "_saliency": "cost of removal", "_random": "random"}


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("pruning")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.6))
        left, middle, right = figure.subplots(1, 3)
        for ax, name, words in ((left, "rise", "rise of the loss / null loss"),
                                (middle, "worst", "the same of the worst feature")):  # fmt: skip
            outputs = {f"{name}{suffix}": label for suffix, label in WAYS.items()}
            plot.output_curves(found, outputs, "pruned", ax=ax)
            ax.set(xlabel="share pruned", ylabel=words, ylim=(0, 2))
        plot.output_map(found, "share", low=0, high=1, title="by magnitude", ax=right,
                        label="share of the weights that can go", reduction=reduction)  # fmt: skip
        figure.suptitle(f"Pruning: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("pruning")
    asserted = (
        ("share that goes for 5 % of the null loss", "share", "share_random", 0.25),
        ("the same by what removal costs", "share_saliency", "share_random", 0.25),
        ("worst feature's rise there, in its null losses", "hidden", "hidden_mean", 0.25),
    )
    return [plot.output_assertion(found, said, f"> {least}", lambda v, t=least: v > t, *names)
            for said, *names, least in asserted]  # fmt: skip
