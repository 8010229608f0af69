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
            ax.set_xlabel("L1 coefficient")
        axes[0].set_ylabel("latents")
        figure.suptitle(f"Sparse autoencoders, L1: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis(gallery.analyses_of("interpret-sae-sizes")[0].label)
    strong = {"dictionary": 40, "strength": 0.6}
    asserted = (
        ("directions recovered, 40 latents, L1 0.6", "recovered", "recovered_random", strong),
        ("cosine with an own atom, there", "matched", "matched_neurons", strong),
        ("cosine with the nearest of 80 atoms, L1 0.6", "cosine", "cosine_neurons",
         {"dictionary": 80, "strength": 0.6}),
    )  # fmt: skip
    return [plot.output_assertion(found, said, "> 0.5", lambda v: v > 0.5, *names, at=at)
            for said, *names, at in asserted]  # fmt: skip
