"""Recovery by L1 autoencoders over coefficient and dictionary size, with what is left and dead.

Source: Sharkey et al. 2022, Taking features out of superposition with sparse autoencoders.
"""

from matplotlib.figure import Figure

from phasesim import gallery, plot

SHOWN = {"recovered": "directions recovered", "unexplained": "variance left", "dead": "dead"}


def draw(result, *, reduction="mean"):  # noqa: D103
    found = result.analysis(gallery.analyses_of("interpret-sae-sizes")[0].label)
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.6))
        axes = figure.subplots(1, 3, sharey=True)
        for ax, (output, title) in zip(axes, SHOWN.items(), strict=True):
            plot.own_map(found, output, x="strength", y="dictionary", low=0, high=1, title=title,
                         ax=ax, also=tuple(axes[:-1]), bar=ax is axes[-1])  # fmt: skip
            ax.set(xlabel="L1 coefficient", ylabel="latents")
            ax.label_outer()
        figure.axes[-1].set_ylabel("part of directions, variance, latents")
        figure.suptitle(f"Sparse autoencoders, L1: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis(gallery.analyses_of("interpret-sae-sizes")[0].label)
    strong = {"dictionary": 40, "strength": 0.4}
    asserted = (
        ("directions recovered, 40 latents, L1 0.4", 0.5, "recovered", "recovered_random", strong),
        ("cosine with an own atom, there", 0.9, "matched", "matched_neurons", strong),
        ("cosine with the nearest of 80 atoms, L1 0.4", 0.9, "cosine", "cosine_random",
         {"dictionary": 80, "strength": 0.4}),
    )  # fmt: skip
    return [plot.output_assertion(found, said, f"> {least}", lambda v, t=least: v > t, *names,
                                  at=at)
            for said, least, *names, at in asserted]  # fmt: skip
