"""Effects of ablating neurons, latents and directions, foreseen on other data than they come from.

Source: Bricken et al. 2023, Towards Monosemanticity, for ablation as evidence; the rest is our own.
"""

from matplotlib.figure import Figure

from phasesim import plot

UNITS = {"_neurons": "neurons", "_latents": "latents", "": "directions", "_random": "random"}
DATA = {"": "same data", "_densities": "other densities", "_removed": "features removed"}


def draw(result, *, reduction="mean"):  # noqa: D103
    found = result.analysis("transfer")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 5.2))
        rows = figure.subplots(len(DATA), len(UNITS), sharex=True, sharey=True)
        for axes, (data, where) in zip(rows, DATA.items(), strict=True):
            shown = {f"r2{data}{by}": f"{what}, {where}" for by, what in UNITS.items()}
            plot.output_maps(found, shown, axes=axes, low=0, high=1, reduction=reduction,
                             label="R² of effects")  # fmt: skip
            for ax in axes:
                ax.set_title(ax.get_title(), fontsize="x-small")
        figure.suptitle(f"Transfer of explanations: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("transfer")
    asserted = (
        ("R² of latents, other densities", 0.85, "r2_densities_latents", "r2_densities_neurons"),
        ("R² of latents, features removed", 0.85, "r2_removed_latents", "r2_removed_neurons"),
        ("R² of directions, features removed", 0.85, "r2_removed", "r2_removed_neurons"),
        ("effects on the output that names a latent", 0.5, "named_latents", "named_neurons"),
    )
    return [plot.output_assertion(found, said, f"> {least}", lambda v, t=least: v > t, *names)
            for said, least, *names in asserted]  # fmt: skip
