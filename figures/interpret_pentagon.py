"""Least cosine of five latents with the five directions of a pentagon, over seeds.

Source: Sharkey et al. 2022, Taking features out of superposition with sparse autoencoders.
"""

import numpy as np
from matplotlib.figure import Figure

from phasesim import gallery, plot

KINDS, ATOMS, CLOSE = ("top-k", "L1", "JumpReLU"), ("samples", "random"), 0.98


def _least(result):
    """Least of the five cosines with own atoms, the best seed last, by kind."""
    found = [result.analysis(a.label) for a in gallery.analyses_of("interpret-pentagon")]
    matched = {kind: f.stored("matched") for kind, f in zip(KINDS, found, strict=True)}
    matched |= {f"{name} as atoms": found[0].stored(f"matched_{name}") for name in ATOMS}
    return {name: np.sort(values.reshape(-1, 5).min(axis=1)) for name, values in matched.items()}


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.8))
        ax = figure.subplots()
        for name, least in _least(result).items():
            share = (least > CLOSE).mean()
            ax.plot(np.arange(1, len(least) + 1) / len(least), least, label=f"{name}: {share:.1%}")
        ax.set(xlabel="share of seeds", ylabel="least cosine of the five", ylim=(0, 1.02))
        figure.legend(title=f"seeds above {CLOSE:g}", loc="outside right center")
        figure.suptitle(f"Five latents: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    best = {name: (float(least[-1]),) for name, least in _least(result).items()}
    return [plot.assertion(f"least cosine of the best of the seeds, {kind}", f"> {CLOSE:g}",
                           lambda v: v > CLOSE, best[kind],
                           control=("random directions as atoms", best["random as atoms"]))
            for kind in KINDS]  # fmt: skip
