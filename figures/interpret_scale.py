"""Main statistics against the size of the model, four features a unit, with slopes and intervals.

Source: Elhage et al. 2022, Toy Models of Superposition, which asks what carries over to larger
models; the statistics are those of the other figures here.
"""

from matplotlib.figure import Figure

from phasesim import plot

RATIO = 4
NEURONS, DIRECTIONS = "neurons-n_samples-2048", "directions-n_samples-1024"
TRANSFER = "transfer-n_steps-500-n_samples-2048"
DRIVERS = {"participation": "features that drive a neuron", "participation_shuffled": "shuffled"}
PARTS = ((NEURONS, {"largest_share": "largest driver, top examples"}),
         (DIRECTIONS, {"ablate_on_target": "direction ablated", "ablate_on_target_neuron":
                         "neuron ablated"}),
         (TRANSFER, {"r2_removed_latents": "latents transfer",
                       "r2_removed_neurons": "neurons transfer"}))  # fmt: skip


def draw(result, *, reduction="mean"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 5.0))
        first, *others = figure.subplots(2, 2).ravel()
        plot.size_trends(result.analysis(NEURONS), DRIVERS, RATIO, ax=first)
        for ax, (name, outputs) in zip(others, PARTS, strict=True):
            plot.size_trends(result.analysis(name), outputs, RATIO, ax=ax)
            ax.set_ylim(0, 1)
        figure.suptitle(f"Sizes: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = {name: result.analysis(name) for name in (NEURONS, DIRECTIONS, TRANSFER)}
    return plot.checks.sizes(found[NEURONS], found[DIRECTIONS], found[TRANSFER], RATIO)
